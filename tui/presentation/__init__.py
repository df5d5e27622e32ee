"""From model values to lines of text with roles. Plain functions; no Textual here."""
