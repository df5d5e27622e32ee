"""Text from files, containers and processes, made safe for a terminal."""

from __future__ import annotations

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """`text` on one line, with everything that a terminal would act upon escaped.

    Escaped are control characters (ESC, C1 and line ends among them), invisible and
    bidirectional formatting (CVE-2021-42574), spaces that are not the plain one, and lone
    surrogates, which stand for the undecodable bytes of a file name and cannot be encoded.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
