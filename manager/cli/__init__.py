"""The command line: parse, import the one command that is named, render."""
