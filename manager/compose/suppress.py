"""Comments that silence rules: `# pmap: ignore[PM101]` on the line, or on a line before it.

Several rules stand between the brackets with commas; without brackets every rule is meant. A
comment on a line of its own speaks of the next line that holds more than a comment. What looks
like a comment inside of a text is none: the YAML scanner says where the texts are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping

import yaml

from manager.compose.registry import find_rules
from manager.errors import InvalidInput

_COMMENT = r"(?m)(?:(?<=\s)|^)#[ \t]*pmap:[ \t]*ignore(?:\[(?P<rules>[^\]\r\n]*)\])?(?=\s|$)"
_LINE_END = r"\r\n|\n|\r"

Silenced = Mapping[int, frozenset[str] | None]
"""Ids of silenced rules by line, from 1; None silences every rule."""


def silenced_lines(text: str) -> Silenced:
    """The lines of a YAML text on which rules are silenced."""
    found = list(re.finditer(_COMMENT, text)) if "pmap:" in text else []
    if not found:
        return {}
    texts = _texts(text)
    starts = [0, *(end.end() for end in re.finditer(_LINE_END, text))]
    silenced: dict[int, frozenset[str] | None] = {}
    for match in found:
        if any(start <= match.start() < end for start, end in texts):
            continue
        line = _meant_line(text, starts, match.start())
        rules, before = _rules(match["rules"]), silenced.get(line, frozenset())
        silenced[line] = None if rules is None or before is None else before | rules
    return silenced


def is_silenced(silenced: Silenced, rule: str, lines: Collection[int]) -> bool:
    """Whether a comment on any of the lines silences `rule`."""
    return any(
        line in silenced and ((rules := silenced[line]) is None or rule in rules) for line in lines
    )


def _rules(inside: str | None) -> frozenset[str] | None:
    """The rules between the brackets; what is no rule silences nothing."""
    if inside is None:
        return None
    ids: set[str] = set()
    for selector in inside.split(","):
        try:
            ids.update(rule.id for rule in find_rules(selector))
        except InvalidInput:
            continue
    return frozenset(ids)


def _meant_line(text: str, starts: list[int], position: int) -> int:
    """The line that a comment speaks of: its own, or the next one that holds a node."""
    line = bisect_right(starts, position)
    if text[starts[line - 1] : position].strip():
        return line
    for following in range(line + 1, len(starts) + 1):
        end = starts[following] if following < len(starts) else len(text)
        content = text[starts[following - 1] : end].strip()
        if content and not content.startswith("#"):
            return following
    return line


def _texts(text: str) -> list[tuple[int, int]]:
    """Where the scalars stand; nothing, where the text is not YAML."""
    found: list[tuple[int, int]] = []
    try:
        for token in yaml.scan(text, Loader=yaml.CSafeLoader):
            if isinstance(token, yaml.ScalarToken):
                found += [(token.start_mark.index, token.end_mark.index)]
    except yaml.YAMLError:
        return found
    return found
