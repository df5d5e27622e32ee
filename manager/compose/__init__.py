"""The only package that imports yaml: compose files, read as compose reads them, checked and edited by span."""
