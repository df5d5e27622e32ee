"""The checks of `pmap doctor`, one a file."""
