"""What git ignores, by the `.gitignore` files on the way (gitignore(5)); git itself is not run."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

_MAX_BYTES = 1024 * 1024


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
            patterns = [p for line in lines if (p := _pattern(line.rstrip("\r\n"))) is not None]
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
    if not line:
        return None
    prefix = "" if anchored else "(?:.*/)?"
    try:
        return _Pattern(re.compile(f"{prefix}{_translate(line)}\\Z"), negated, folders_only)
    except re.error:
        return None


def _translate(glob: str) -> str:
    """A glob as a regular expression: `*` stays within a name, `**` crosses folders."""
    out: list[str] = []
    index = 0
    while index < len(glob):
        char = glob[index]
        if glob.startswith("**/", index):
            out.append("(?:.*/)?")
            index += 3
            continue
        if glob.startswith("**", index):
            out.append(".*")
            index += 2
            continue
        if char == "[" and (end := glob.find("]", index + 2)) > 0:
            body = glob[index + 1 : end].replace("\\", "\\\\")
            out.append(f"[^{body[1:]}]" if body[0] in "!^" else f"[{body}]")
            index = end + 1
            continue
        if char == "\\" and index + 1 < len(glob):
            index += 1
            char = re.escape(glob[index])
        else:
            char = {"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char))
        out.append(char)
        index += 1
    return "".join(out)
