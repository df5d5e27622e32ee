"""One more key in a port entry of long syntax, in the style that it is written in."""

from __future__ import annotations

from manager.compose.values import PortEntry, SourceText
from manager.model.finding import Edit


def insert_pair(source: SourceText, entry: PortEntry, key: str, value: str) -> Edit | None:
    """The edit that puts `key: value` after the last of the written parts; None without any."""
    parts = entry.parts
    written = [p for p in (parts.host_ip, parts.target, parts.published, parts.protocol) if p]
    if not written:
        return None
    text, part = source.text, max(written, key=lambda part: part.span)
    last = part.span.end + (part.style.quoted and text[part.span.end :][:1] in {"'", '"'})
    if text.startswith("{", entry.span.start):
        quote = '"' if text[entry.span.start + 1 :].lstrip().startswith('"') else ""
        pair = f", {quote}{key}{quote}: {quote}{value.strip(chr(34)) if quote else value}{quote}"
        return Edit(last, last, pair)
    end = line_end(text, last)
    indent = " " * (entry.span.column - 1)
    return Edit(end, end, f"{source.newline}{indent}{key}: {value}")


def line_end(text: str, offset: int) -> int:
    """The offset of the line break after `offset`, or of the end of the text."""
    end = text.find("\n", offset)
    if end < 0:
        return len(text)
    return end - 1 if text.startswith("\r", end - 1) else end
