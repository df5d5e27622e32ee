"""Scalars as compose reads them: YAML 1.2's core schema with the number forms of Go's parser.

`22:22` is a string, `080` a float, `0x50` and `1_000` are numbers; YAML 1.1 differs in all four.
"""

from __future__ import annotations

import re

from manager.compose.libyaml import Node, ScalarNode
from manager.model.value import NamedTuple

_PREFIX = "tag:yaml.org,2002:"
_INTEGER = (
    r"[-+]?(?:(?P<two>0[bB][01]+)|(?P<eight>0[oO]?[0-7]+)|(?P<sixteen>0[xX][0-9a-fA-F]+)"
    r"|(?P<ten>0|[1-9][0-9]*))\Z"
)
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"
_DATE = (
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:[Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?\Z"
)
_WORDS: dict[str, bool | float | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
# Patterns are texts: each is compiled when it is first needed, which few runs do.
_NUMERIC = frozenset("+-.0123456789")
"""What an unquoted scalar begins with that may be a number or a date."""
MAX_INT = 2**63 - 1
MAX_UINT = 2**64 - 1
_LONGEST = 400


class Timestamp(NamedTuple):
    """A plain date: neither text nor number where compose wants either."""

    text: str


Scalar = str | int | float | bool | Timestamp | None
"""What a scalar reads as; an int is never over 64 bits, more is a float."""


class BadScalarError(ValueError):
    """A scalar that contradicts its tag, as `!!int x` does."""


def tag_of(node: Node) -> str | None:
    """The tag as written in full, None where there is none (or only `!`)."""
    tag: str | None = node.tag
    return tag


def read_scalar(node: ScalarNode) -> Scalar:
    """The value of a scalar node, before any variable is replaced. Raises BadScalarError."""
    text: str = node.value
    if node.tag:
        return _tagged(node.tag, text)
    return text if node.style else read_plain(text)


def is_text_key(node: ScalarNode) -> bool:
    """Whether a mapping key reads as text: compose refuses every other kind."""
    if not node.tag and (node.style or is_plain_text(node.value)):
        return True
    try:
        return isinstance(read_scalar(node), str)
    except BadScalarError:
        return False


def is_merge_key(node: ScalarNode) -> bool:
    """Whether a mapping key is `<<`, unquoted or tagged so."""
    if node.value != "<<":
        return False
    return node.tag == _PREFIX + "merge" or not (node.tag or node.style)


def is_plain_text(text: str) -> bool:
    """A quick look: True only if an unquoted scalar without a tag is text, as nearly all are."""
    return text not in _WORDS and text[0] not in _NUMERIC


def read_plain(text: str) -> Scalar:
    """The value of an unquoted scalar without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    if text[0] == ".":
        return _float(text, text)
    if _is_date(text):
        return Timestamp(text)
    if ":" in text:
        return text
    plain = text.replace("_", "")
    return _float(plain, text) if (number := _integer(plain)) is None else number


def _integer(plain: str) -> int | None:
    if plain.isascii() and plain.isdigit() and plain[0] != "0" and len(plain) < 19:
        return int(plain)
    found = re.match(_INTEGER, plain) if len(plain) <= _LONGEST else None
    if found is None:
        return None
    base = {"two": 2, "eight": 8, "sixteen": 16, "ten": 10}[found.lastgroup or "ten"]
    digits = found.group(found.lastgroup or "ten")
    number = int(digits[2:] if digits[1:2] in set("bBoOxX") else digits, base)
    if plain[0] == "-":
        number = -number
    if -MAX_INT - 1 <= number <= MAX_INT or (plain[0].isdigit() and number <= MAX_UINT):
        return number
    return None


def _float(plain: str, text: str) -> float | str:
    if re.match(_FLOAT, plain) is None:
        return text
    number = float(plain)
    return text if number in {float("inf"), float("-inf")} else number


def _is_date(text: str) -> bool:
    found = re.match(_DATE, text) if text[4:5] == "-" else None
    if found is None:
        return False
    year, month, day = (int(found.group(name)) for name in ("year", "month", "day"))
    from datetime import date  # noqa: PLC0415 -- dates are rare

    try:
        date(year or 4, month, day)
    except ValueError:
        return False
    return True


def _tagged(tag: str, text: str) -> Scalar:
    kind = tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else ""
    if kind == "binary":
        return _binary(text)
    if kind not in {"bool", "int", "float", "null", "timestamp"}:
        return text
    value = read_plain(text)
    if isinstance(value, Timestamp) and kind != "timestamp":
        value = text
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if _kind_of(value) != kind:
        raise BadScalarError(f"{text!r} is not a !!{kind}")
    return value


def _binary(text: str) -> str:
    from base64 import b64decode  # noqa: PLC0415 -- such a tag is rare

    try:
        return b64decode(text.replace("\n", ""), validate=True).decode("utf-8", "replace")
    except ValueError:
        raise BadScalarError("!!binary holds invalid base64 data") from None


def _kind_of(value: Scalar) -> str:
    names = {bool: "bool", int: "int", float: "float", type(None): "null", Timestamp: "timestamp"}
    return names.get(type(value), "str")
