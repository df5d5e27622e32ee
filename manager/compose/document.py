"""Files to text, text to YAML nodes that keep their marks. No values are made here.

Bounded: a file that is no plain file, too large, too dense or nested too deeply is refused
before the parser sees it, since the C parser knows no bounds of its own.
"""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from manager.compose.libyaml import (
    CollectionEndEvent,
    CollectionNode,
    CollectionStartEvent,
    DocumentStartEvent,
    Node,
    ScalarNode,
    SequenceNode,
    YAMLError,
)
from manager.compose.nodes import NodeLoader, compose
from manager.compose.ordinary import MARKS
from manager.compose.text import Place, SourceText, Style
from manager.compose.values import ProblemKind, ReadProblem
from manager.model.finding import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_BYTES = 8 * 1024 * 1024
MAX_SEPARATORS = 150_000
MAX_DEPTH = 100

_CONTROLS = "".join(map(chr, (*range(9), *range(14, 32))))
_INDENT = " \t?:-"
_BRACKETS = dict.fromkeys(range(128)) | dict(zip(b"[{]}", "(())", strict=True))
_LINE_END = r"\r\n|\n|\r"
_STYLES = {"'": Style.SINGLE, '"': Style.DOUBLE, "|": Style.LITERAL, ">": Style.FOLDED}


class UnreadableFileError(Exception):
    """A file that cannot be read any further; `problem` says why and where."""

    def __init__(self, problem: ReadProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Sheet:
    """A source text with what is needed to point into it. marks: those of MARKS that it holds."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.path = source.path
        self.marks = frozenset(filter(source.text.__contains__, MARKS))
        self._starts: list[int] | None = None
        # The parser ends lines at three characters more, none of them ASCII.
        self._has_its_lines = source.text.isascii()

    def span(self, start: int, end: int) -> Span:
        """The span from character offset `start` to `end` (exclusive)."""
        starts = self._starts or self._find_starts()
        end = end if end > start else start
        line = bisect_right(starts, start)
        before = starts[line - 1]
        if line == len(starts) or end < starts[line]:
            return Span(line, start - before + 1, line, end - before + 1, start, end)
        end_line = bisect_right(starts, end)
        return Span(line, start - before + 1, end_line, end - starts[end_line - 1] + 1, start, end)

    def span_in(self, node: ScalarNode, start: int, end: int) -> Span:
        """The same of a stretch of a scalar: on one line, the parser knows where that begins."""
        mark = node.start_mark
        if not self._has_its_lines or mark.line != node.end_mark.line:
            return self.span(start, end)
        line, before = mark.line + 1, mark.index - mark.column - 1
        return Span(line, start - before, line, end - before, start, end)

    def _find_starts(self) -> list[int]:
        """Where the lines begin."""
        text = self.source.text
        if "\r" in text:
            starts = [0, *(m.end() for m in re.finditer(_LINE_END, text))]
        else:
            starts = [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]
        self._starts = starts
        return starts

    def node_span(self, node: Node) -> Span:
        """Where a node stands; block collections end with their last child, not a line later."""
        start, end = node.start_mark.index, _end(node, self.source.text)
        if isinstance(node, ScalarNode):
            return self.span_in(node, start, end)
        return self.span(start, end)

    def place(self, node: Node) -> Place:
        """The same, with the file."""
        return Place(self.path, self.node_span(node))

    def value_offset(self, node: ScalarNode) -> int | None:
        """The offset of the first character of the value; None when it is not verbatim there."""
        quote = 1 if node.style in {"'", '"'} else 0
        value: str = node.value
        end = node.end_mark.index - quote
        start = end - len(value)
        if start >= node.start_mark.index and self.source.text[start:end] == value:
            return start
        return None


def _end(node: Node, text: str) -> int:
    """The offset after the node's last character."""
    while isinstance(node, CollectionNode):
        end: int = node.end_mark.index
        if text[end - 1 : end] in {"]", "}"} and node.flow_style:
            return end
        if not node.value:
            break
        last = node.value[-1]
        inner = last[1] if isinstance(last, tuple) else last
        if not node.start_mark.index <= inner.start_mark.index < end:
            break  # an alias: its target stands elsewhere
        node = inner
    start: int = node.start_mark.index
    return start + len(text[start : node.end_mark.index].rstrip())


def style_of(node: Node) -> Style:
    """How the node is written."""
    if isinstance(node, ScalarNode):
        return _STYLES.get(node.style or "", Style.PLAIN)
    return Style.SEQUENCE if isinstance(node, SequenceNode) else Style.MAPPING


def load(path: str) -> Sheet:
    """Read a file. Raises UnreadableFileError for what is missing, no plain file, or no text."""
    return Sheet(decoded(path, read_bytes(path)))


def read_bytes(path: str, most: int = MAX_BYTES) -> bytes:
    """The content of a plain file of at most `most` bytes. Raises UnreadableFileError."""
    try:
        # Opening a FIFO would wait for a writer.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return _content(path, handle, most)
        finally:
            os.close(handle)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unreadable(path, f"cannot be read: {reason.lower()}") from None
    except ValueError:
        raise _unreadable(path, "cannot be read: its name holds a null byte") from None


def _content(path: str, handle: int, most: int) -> bytes:
    status = os.fstat(handle)
    if stat.S_ISDIR(status.st_mode):
        raise _unreadable(path, "is a directory", hint="name the file in it")
    if not stat.S_ISREG(status.st_mode):
        raise _unreadable(path, "is not a regular file")
    if status.st_size > most:
        raise _too_large(path, f"has {status.st_size} bytes, more than the {most} pmap reads")
    content = os.read(handle, status.st_size + 1)
    if len(content) == status.st_size:
        return content
    # It is growing or shrinking, or does not tell its size.
    chunks = [content]
    left = most + 1 - len(content)
    while left > 0 and (chunk := os.read(handle, left)):
        chunks.append(chunk)
        left -= len(chunk)
    if left <= 0:
        raise _too_large(path, f"has more than the {most} bytes pmap reads")
    return b"".join(chunks)


def decoded(path: str, content: bytes) -> SourceText:
    """The text of a file with this content. Raises UnreadableFileError for what is no text."""
    encoding, mark = "utf-8", b""
    for name, bom in (
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ):
        if content.startswith(bom):
            encoding, mark = name, bom
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(
            path, f"is not {encoding.upper()} text (byte {error.start + len(mark)})"
        ) from None
    ends = (text.count("\r\n"), text.count("\n"))
    newline = "\r\n" if ends[0] * 2 > ends[1] else "\n"
    return SourceText(path, text, encoding, bool(mark), newline)


def parse(sheet: Sheet) -> Iterator[Node]:
    """The root node of each document. Raises UnreadableFileError at what is not YAML."""
    text = sheet.source.text
    _guard(sheet, text)
    roots, error = compose(text)
    yield from roots
    if error is not None:
        raise _not_yaml(sheet, error)


def _guard(sheet: Sheet, text: str) -> None:
    separators = sum(map(text.count, "\n,:[{"))
    if separators > MAX_SEPARATORS:
        raise _too_large(sheet.path, f"holds more than {MAX_SEPARATORS} values")
    controls = list(filter(text.__contains__, _CONTROLS))
    if controls:
        first = min(map(text.index, controls))
        where = sheet.span(first, first + 1)
        message = f"holds the control character U+{ord(text[first]):04X}: not a text file"
        raise UnreadableFileError(ReadProblem(ProblemKind.UNREADABLE, sheet.path, message, where))
    if "%YAML" in text or _may_be_deep(text):
        _follow_events(sheet, text)


def _may_be_deep(text: str) -> bool:
    """A quick look: False only if no node can be nested deeper than twice MAX_DEPTH."""
    if text.count("[") + text.count("{") > MAX_DEPTH and _are_brackets_deep(text):
        return True
    lines = text.replace("\r", "\n").split("\n")
    if max(map(len, lines)) < MAX_DEPTH:
        return False
    return any(len(line) >= MAX_DEPTH and not line[:MAX_DEPTH].strip(_INDENT) for line in lines)


def _are_brackets_deep(text: str) -> bool:
    brackets = (text if text.isascii() else re.sub(r"[^\[\]{}]+", "", text)).translate(_BRACKETS)
    for _ in range(MAX_DEPTH):
        if "()" not in brackets:
            break
        brackets = brackets.replace("()", "")
    return brackets.count("(") > MAX_DEPTH or "()" in brackets


def _follow_events(sheet: Sheet, text: str) -> None:
    """Measure the true depth, and the version of YAML that a document asks for."""
    depth = 0
    try:
        parser = NodeLoader(text)
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise _too_large(
                        sheet.path, f"is nested deeper than {MAX_DEPTH}", _event_span(sheet, event)
                    )
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
            elif isinstance(event, DocumentStartEvent) and event.version not in {None, (1, 1)}:
                where = _event_span(sheet, event)
                message = "asks for a version of YAML that compose refuses"
                raise UnreadableFileError(
                    ReadProblem(ProblemKind.YAML, sheet.path, message, where, "drop the %YAML line")
                )
    except YAMLError as error:
        raise _not_yaml(sheet, error) from None


def _event_span(sheet: Sheet, event: Any) -> Span:
    return sheet.span(event.start_mark.index, event.end_mark.index)


def _not_yaml(sheet: Sheet, error: Any) -> UnreadableFileError:
    """The problem that a YAML error tells of, without its quotes from the file."""
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "end of stream" in reason:
        # What has no end is to be looked at where it begins.
        mark = getattr(error, "context_mark", None) or mark
    position = mark.index if mark is not None else getattr(error, "position", None)
    where, hint = None, ""
    if isinstance(position, int):
        text = sheet.source.text
        position = min(position, len(text))
        where = sheet.span(position, min(position + 1, len(text)))
        hint = _yaml_hint(reason, text[position : position + 1])
    context = getattr(error, "context", None)
    message = f"is not YAML: {f'{context}, ' if context else ''}{reason}"
    return UnreadableFileError(ReadProblem(ProblemKind.YAML, sheet.path, message, where, hint))


def _yaml_hint(reason: str, found: str) -> str:
    """What to type against the errors that people make most."""
    if found == "\t":
        return "indent with spaces: YAML takes no tabs there"
    if "end of stream" in reason and found in {"'", '"'}:
        return f"end the text with {found}"
    if "mapping values" in reason:
        return "look at the indent of this line, and quote a text that holds a colon and a blank"
    return ""


def _unreadable(path: str, message: str, *, hint: str = "") -> UnreadableFileError:
    return UnreadableFileError(ReadProblem(ProblemKind.UNREADABLE, path, message, hint=hint))


def _too_large(path: str, message: str, where: Span | None = None) -> UnreadableFileError:
    return UnreadableFileError(ReadProblem(ProblemKind.TOO_LARGE, path, message, where))
