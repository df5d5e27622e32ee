"""Compose files: read as compose reads them, checked, and edited by span. Only here is yaml."""
