"""`.env` files as compose reads them: quotes, escapes, comments, and variables in values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from manager.compose.document import UnreadableFileError, read_bytes
from manager.compose.interpolate import InterpolationError, interpolate
from manager.compose.values import ProblemKind, ReadProblem
from manager.model.value import dataclass, field

_EXPORT = r"(?a:export\s+)"
MAX_BYTES = 256 * 1024
"""A file of variables is read by its characters: more than that is no such file."""
_SPACE = "\t\v\f\r \x85\xa0"
_ESCAPE = r'\\(?:[abcfnrtv$"\\]|0[0-9]{0,3})'
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class DotenvError(ValueError):
    """A line that compose refuses; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True)
class _Layers(Mapping[str, str]):
    """What a value's variables are looked up in: the environment first, then this very file."""

    outer: Mapping[str, str]
    own: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.outer[name] if name in self.outer else self.own[name]

    def __iter__(self) -> Iterator[str]:
        yield from {**self.own, **self.outer}

    def __len__(self) -> int:
        return len({**self.own, **self.outer})


def parse_dotenv(text: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a `.env` text. Raises DotenvError at the first line compose refuses."""
    return _Reader(text, environment).read()


class _Reader:
    """One pass over the text."""

    def __init__(self, text: str, environment: Mapping[str, str]) -> None:
        self.text = text
        self.position = 0
        self.names = _Layers(environment)

    def read(self) -> dict[str, str]:
        while self._to_statement():
            name, inherited = self._name()
            if inherited:
                if name in self.names.outer:
                    self.names.own[name] = self.names.outer[name]
            else:
                self.names.own[name] = self._value()
        return self.names.own

    def _to_statement(self) -> bool:
        text, length = self.text, len(self.text)
        while self.position < length:
            char = text[self.position]
            if char == "#":
                end = text.find("\n", self.position)
                self.position = length if end < 0 else end
            elif _is_space(char):
                self.position += 1
            else:
                return True
        return False

    def _fail(self, message: str) -> DotenvError:
        return DotenvError(message, self.text.count("\n", 0, self.position) + 1)

    def _skip_blanks(self) -> None:
        while self.position < len(self.text) and self.text[self.position] in _SPACE:
            self.position += 1

    def _name(self) -> tuple[str, bool]:
        """The name, and whether it stands alone on its line: then it is only passed on."""
        if re.match(_EXPORT, self.text[self.position : self.position + 8]) is not None:
            self.position += len("export")
            self._skip_blanks()
        start = self.position
        for index in range(start, len(self.text)):
            char = self.text[index]
            if char in "=:\n":
                name = self.text[start:index].rstrip()
                if " " in name:
                    raise self._fail("a name cannot hold a space")
                self.position = index + 1
                self._skip_blanks()
                return name, char == "\n"
            if char not in _SPACE and not (char in "_.-[]" or char.isalnum()):
                raise self._fail(f"unexpected character {char!r} in a variable's name")
        # A name at the very end, without a line end, is no statement and no error either.
        self.position = len(self.text)
        if start == len(self.text):
            raise self._fail("a name is missing after export")
        return "", True

    def _value(self) -> str:
        quote = self.text[self.position : self.position + 1]
        if quote and quote in "'\"":
            value = self._quoted(quote)
            if quote == "'":
                return value
            return self._expand(re.sub(_ESCAPE, _unescape, value))
        end = self.text.find("\n", self.position)
        end = len(self.text) if end < 0 else end
        value = self.text[self.position : end].partition(" #")[0]
        expanded = self._expand(_rstrip(value))
        self.position = end + 1
        return expanded

    def _quoted(self, quote: str) -> str:
        chars: list[str] = []
        index = self.position + 1
        while index < len(self.text):
            char = self.text[index]
            if char == "\\" and index + 1 < len(self.text):
                following = self.text[index + 1]
                chars.append(following if following == quote else char + following)
                index += 2
                continue
            if char == quote:
                self.position = index + 1
                return "".join(chars)
            chars.append(char)
            index += 1
        raise self._fail("a quoted value does not end")

    def _expand(self, value: str) -> str:
        if "$" not in value:
            return value
        try:
            return interpolate(value, self.names).text
        except InterpolationError as error:
            raise self._fail(error.message) from None


def _is_space(char: str) -> bool:
    return char in "\t\n\v\f\r \x85\xa0" or (char.isspace() and char not in "\x1c\x1d\x1e\x1f")


def _rstrip(value: str) -> str:
    end = len(value)
    while end and _is_space(value[end - 1]):
        end -= 1
    return value[:end]


def _unescape(found: re.Match[str]) -> str:
    body = found.group()[1:]
    if body == "$":
        return "$$"
    if body[0] == "0":
        # Go's rune literals take exactly three octal digits, up to 0377; else the zero is lost.
        digits = body[1:]
        return chr(int(digits, 8)) if re.fullmatch("[0-3][0-7]{2}", digits) else f"\\{digits}"
    if body == "c":
        return found.group()
    return _LETTERS.get(body, body)


def read_env_files(
    paths: Iterable[str],
    environment: Mapping[str, str],
    report: Callable[[ReadProblem], None],
) -> dict[str, str]:
    """The variables of several files, later ones win. What cannot be read is reported."""
    found: dict[str, str] = {}
    for path in paths:
        try:
            text = (
                read_bytes(path, MAX_BYTES).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
            )
            found.update(parse_dotenv(text, {**found, **environment}))
        except UnreadableFileError as error:
            report(ReadProblem(ProblemKind.ENV_FILE, path, error.problem.message))
        except DotenvError as error:
            message = f"line {error.line} is refused by compose: {error.message}"
            report(ReadProblem(ProblemKind.ENV_FILE, path, message))
    return found


def default_env_file(folder: str) -> tuple[str, ...]:
    """The `.env` of a folder, when there is one that is no folder itself."""
    path = os.path.join(folder, ".env")
    return (path,) if os.path.exists(path) and not os.path.isdir(path) else ()
