"""What git ignores, by the `.gitignore` files on the way (gitignore(5)); git itself is not run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

from manager.model.value import NamedTuple

_MAX_BYTES = 1024 * 1024
_MOST_PATTERNS = 2000
_MOST_CROSSINGS = 3
"""How often a pattern may say `**`; matching takes the length of a path to that power."""
_STAR = "*"
_CROSSING = ("(?:.*/)?", ".*")


class _Pattern(NamedTuple):
    """One line: what it matches, whether it takes back, and whether it means folders only."""

    expression: re.Pattern[str]
    negated: bool
    folders_only: bool


class IgnoreFile(NamedTuple):
    """The patterns of the `.gitignore` in `folder`."""

    folder: str
    patterns: tuple[_Pattern, ...]

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """True: ignored, False: taken back, None: nothing said. The last match counts."""
        relative = os.path.relpath(path, self.folder)
        for pattern in reversed(self.patterns):
            if pattern.folders_only and not is_folder:
                continue
            if pattern.expression.match(relative) is not None:
                return not pattern.negated
        return None


def is_ignored(chain: tuple[IgnoreFile, ...], path: str, *, is_folder: bool) -> bool:
    """Whether git ignores `path`; chain holds the files of the folders above, outermost first."""
    for file in reversed(chain):
        verdict = file.verdict(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


def ignore_files(folder: str) -> tuple[IgnoreFile, ...]:
    """The `.gitignore` files that hold above `folder`, up to the repository's root; not its own."""
    found: list[IgnoreFile] = []
    current = os.path.abspath(folder)
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return ()
        current = parent
        found += read_ignore_file(current)
    return tuple(reversed(found))


def read_ignore_file(folder: str) -> tuple[IgnoreFile, ...]:
    """The folder's own file, as a chain of one or none. What cannot be read says nothing."""
    path = os.path.join(folder, ".gitignore")
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _MAX_BYTES:
            return ()
        with open(path, encoding="utf-8", errors="replace") as lines:
            every = (_pattern(line.rstrip("\r\n")) for line in lines)
            patterns = [p for p in islice(every, _MOST_PATTERNS) if p is not None]
    except OSError:
        return ()
    return (IgnoreFile(folder, tuple(patterns)),) if patterns else ()


def _pattern(line: str) -> _Pattern | None:
    line = re.sub(r"(?<!\\)\s+$", "", line)
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    line = line[1:] if negated else line
    folders_only = line.endswith("/")
    line = line.rstrip("/")
    anchored = "/" in line
    line = line.removeprefix("/")
    if not line or line.count("**") > _MOST_CROSSINGS:
        return None
    prefix = "" if anchored else "(?:.*/)?"
    try:
        return _Pattern(re.compile(f"{prefix}{_translate(line)}\\Z"), negated, folders_only)
    except re.error:
        return None


def _translate(glob: str) -> str:
    """A glob as a regular expression: `*` stays within a name, `**` crosses folders.

    What stands between two stars is taken where it is found first, and never looked for again:
    nothing is lost by that, and no pattern takes long.
    """
    out: list[str] = []
    star: int | None = None
    for token in _tokens(glob):
        if token == _STAR:
            if star is not None:
                out[star:] = [f"(?>{''.join(out[star:])})"]
            star = len(out)
            out.append("[^/]*?")
        else:
            if token in _CROSSING:
                star = None
            out.append(token)
    if star is not None and star == len(out) - 1:
        out[star] = "[^/]*"
    return "".join(out)


def _tokens(glob: str) -> Iterator[str]:
    """The pieces of a glob, each as a regular expression."""
    index = 0
    while index < len(glob):
        char = glob[index]
        if glob.startswith("**", index):
            crossing = _CROSSING[0] if glob.startswith("**/", index) else _CROSSING[1]
            index += 3 if crossing == _CROSSING[0] else 2
            yield crossing
            continue
        if char == "[" and (end := glob.find("]", index + 2)) > 0:
            body = glob[index + 1 : end].replace("\\", "\\\\")
            index = end + 1
            yield f"[^{body[1:]}]" if body[0] in "!^" else f"[{body}]"
            continue
        index += 1
        if char == "\\" and index < len(glob):
            yield re.escape(glob[index])
            index += 1
        else:
            yield {"*": _STAR, "?": "[^/]"}.get(char, re.escape(char))
