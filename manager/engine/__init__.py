"""The only package that imports docker: the live engine, the in-memory one, and what both share."""
