"""pmap: the port-mapping manager for containers. Everything but the screen."""

__version__ = "0.1.0"
