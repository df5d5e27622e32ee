"""One check a file: what about this host and engine will bite."""
