"""The screen of pmap: a Textual front end over manager.service."""
