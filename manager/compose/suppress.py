"""Comments that silence rules: `# pmap: ignore[PM101]` on the line, or on a line before it.

Several rules stand between the brackets with commas; without brackets every rule is meant. A
comment on a line of its own speaks of the next line that holds more than a comment. What looks
like a comment inside of a text is none: the YAML scanner says where the texts are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from manager.compose.libyaml import CParser, ScalarToken, YAMLError
from manager.compose.registry import find_rules
from manager.compose.values import SourceText
from manager.errors import InvalidInput

_COMMENT = r"(?m)(?:(?<=\s)|^)#[ \t]*pmap:[ \t]*ignore(?:\[(?P<rules>[^\]\r\n]{0,300})\])?(?=\s|$)"
_LINE_END = r"\r\n|\n|\r"
MOST_NOTES = 20
"""How many comments that name no rule are told of."""

Silenced = Mapping[int, frozenset[str] | None]
"""Ids of silenced rules by line, from 1; None silences every rule."""


def may_silence(text: str) -> bool:
    """Whether it is worth a closer look: in most files there is no such comment."""
    return "pmap:" in text


def silenced_lines(text: str) -> Silenced:
    """The lines of a YAML text on which rules are silenced."""
    found = _comments(text)
    if not found:
        return {}
    lines = _Lines(text)
    known: dict[str | None, frozenset[str] | None] = {None: None}
    silenced: dict[int, frozenset[str] | None] = {}
    for match in found:
        inside = match["rules"]
        if inside not in known:
            known[inside] = _rules(inside)
        line = lines.meant(match.start())
        rules, before = known[inside], silenced.get(line, frozenset())
        silenced[line] = None if rules is None or before is None else before | rules
    return silenced


def unknown_rules(sources: Mapping[str, SourceText]) -> list[str]:
    """A sentence for each comment that names what is no rule: it silences nothing by that."""
    told: list[str] = []
    for path, source in sources.items():
        for line, reason in _unknown(source.text):
            told.append(f"{path}:{line}: this comment silences less than it says: {reason}")
            if len(told) == MOST_NOTES:
                return told
    return told


def is_silenced(silenced: Silenced, rule: str, lines: Collection[int]) -> bool:
    """Whether a comment on any of the lines silences `rule`."""
    return any(
        line in silenced and ((rules := silenced[line]) is None or rule in rules) for line in lines
    )


def _rules(inside: str) -> frozenset[str]:
    """The rules between the brackets; what is no rule silences nothing."""
    ids: set[str] = set()
    for selector in inside.split(","):
        try:
            ids.update(rule.id for rule in find_rules(selector))
        except InvalidInput:
            continue
    return frozenset(ids)


def _unknown(text: str) -> Iterator[tuple[int, str]]:
    """The lines of comments that name no rule, and what is wrong with the name."""
    # Most name rules alone: then nobody needs to know which of them stand inside of a text.
    if not any(_wrong(match) for match in _candidates(text)):
        return
    lines = _Lines(text)
    for match in _comments(text):
        for reason in _wrong(match):
            yield lines.number(match.start()), reason


def _wrong(comment: re.Match[str]) -> list[str]:
    """What is wrong with the names in a comment."""
    inside: str | None = comment["rules"]
    return [] if inside is None else [r for s in inside.split(",") if (r := _reason(s))]


@lru_cache(maxsize=512)
def _reason(selector: str) -> str:
    """Why this names no rule; empty where it names one."""
    try:
        find_rules(selector)
    except InvalidInput as error:
        return f"{error.message}; {error.hint}"
    return ""


class _Lines:
    """The lines of a text by offset, and which of them hold more than a comment."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in re.finditer(_LINE_END, text))]
        ends = [*self._starts[1:], len(text)]
        contents = (text[start:end].strip() for start, end in zip(self._starts, ends, strict=True))
        self._full = [n for n, line in enumerate(contents, 1) if line and line[0] != "#"]

    def number(self, position: int) -> int:
        """The line that holds `position`, from 1."""
        return bisect_right(self._starts, position)

    def meant(self, position: int) -> int:
        """The line that a comment speaks of: its own, or the next one that holds a node."""
        line = self.number(position)
        if self._text[self._starts[line - 1] : position].strip():
            return line
        following = bisect_right(self._full, line)
        return self._full[following] if following < len(self._full) else line


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """What looks like such a comment, inside of a text too."""
    return re.finditer(_COMMENT, text) if may_silence(text) else iter(())


def _comments(text: str) -> list[re.Match[str]]:
    """The comments that mean to silence something."""
    found = list(_candidates(text))
    if not found:
        return found
    texts = _texts(text)
    starts = [start for start, _ in texts]
    return [m for m in found if not _is_inside(m.start(), starts, texts)]


def _is_inside(position: int, starts: list[int], texts: list[tuple[int, int]]) -> bool:
    before = bisect_right(starts, position) - 1
    return before >= 0 and position < texts[before][1]


def _texts(text: str) -> list[tuple[int, int]]:
    """Where the scalars stand, in order; nothing, where the text is not YAML."""
    found: list[tuple[int, int]] = []
    try:
        scanner = CParser(text)
        while (token := scanner.get_token()) is not None:
            if isinstance(token, ScalarToken):
                found += [(token.start_mark.index, token.end_mark.index)]
    except YAMLError:
        return found
    return found
