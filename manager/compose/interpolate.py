"""Variables in a scalar: `$V ${V} ${V:-d} ${V-d} ${V:?e} ${V?e} ${V:+a} ${V+a} $$`, nested.

One pass over the text, linear in its length for each level of nesting. What each piece of the
result was written as is kept, so that a part of the result can be found in the file again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from manager.model.value import NamedTuple

MAX_NESTING = 20
MAX_USES = 500
UNSET_MARK = "\ue000"
"""Stands for an unset variable in `Interpolated.marked`; a private use character."""

# Go's case folding lets two letters outside ASCII into [a-z]: the long s and the Kelvin sign.
_NAME = r"[_a-zA-Z\u017f\u212a][_a-zA-Z0-9\u017f\u212a]*"
_ASCII_NAME = r"[_a-zA-Z][_a-zA-Z0-9]*"
"""The same where there is nothing else: much less to compile."""
_OPERATOR = r":?[-+?]"


class InterpolationError(ValueError):
    """Compose stops at this scalar. `name`: the required variable, "" for a malformed form."""

    def __init__(self, message: str, start: int, end: int, name: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.name = name


class Use(NamedTuple):
    """One variable form, from `start` to `end` of the scalar; operator and word as in Variable."""

    name: str
    operator: str
    word: str | None
    value: str | None
    start: int
    end: int

    @property
    def unset(self) -> bool:
        """Whether nothing says what its value is."""
        return self.value is None and self.operator[-1:] not in {"-", "+"}


class Piece(NamedTuple):
    """A stretch of the result, and the stretch of the scalar that it came from."""

    start: int
    end: int
    raw_start: int
    raw_end: int
    literal: bool


class Interpolated(NamedTuple):
    """The result: `text` with unset variables empty, as compose takes them; `marked` with one
    UNSET_MARK for each of them. pieces belong to `marked`, there are none where it is the scalar
    as written; uses hold nested variables too.
    """

    raw: str
    text: str
    marked: str
    pieces: tuple[Piece, ...]
    uses: tuple[Use, ...]

    def raw_range(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the scalar that `marked[start:end]` came from."""
        if not self.pieces:
            return start, end
        first, last = len(self.raw), 0
        for piece in self.pieces:
            inside = piece.start < end and start < piece.end
            touching = piece.start == piece.end and start <= piece.start <= end
            if not inside and not touching:
                continue
            from_here, to_here = piece.raw_start, piece.raw_end
            if piece.literal:
                from_here += max(0, start - piece.start)
                to_here -= max(0, piece.end - end)
            first, last = min(first, from_here), max(last, to_here)
        if first > last:
            first = last = self._raw_offset(start)
        return first, last

    def _raw_offset(self, position: int) -> int:
        for piece in self.pieces:
            if piece.start <= position <= piece.end:
                return piece.raw_start + (position - piece.start if piece.literal else 0)
        return len(self.raw)


def plain(text: str) -> Interpolated:
    """A text without variables."""
    return Interpolated(text, text, text, (), ())


def interpolate(text: str, environment: Mapping[str, str]) -> Interpolated:
    """Replace the variables of `text`. Raises InterpolationError where compose stops."""
    if "$" not in text:
        return plain(text)
    return _Substitution(environment).run(text)


def _name_at(text: str, position: int) -> re.Match[str] | None:
    return re.compile(_ASCII_NAME if text.isascii() else _NAME).match(text, position)


class _Substitution:
    """One scalar's substitution: collects the uses of all levels."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.uses: list[Use] = []

    def run(self, text: str) -> Interpolated:
        pieces: list[Piece] = []
        parts: list[tuple[str, bool]] = []
        length = 0

        def add(value: str, raw_start: int, raw_end: int, *, literal: bool, unset: bool) -> None:
            nonlocal length
            parts.append((value, unset))
            pieces.append(Piece(length, length + len(value), raw_start, raw_end, literal))
            length += len(value)

        def literal(start: int, end: int) -> None:
            if start < end:
                add(text[start:end], start, end, literal=True, unset=False)

        def variable(value: str, start: int, end: int, unset: bool) -> None:
            add(UNSET_MARK if unset else value, start, end, literal=False, unset=unset)

        self._scan(text, 0, 0, literal, variable)
        return Interpolated(
            text,
            "".join(value for value, unset in parts if not unset),
            "".join(value for value, _ in parts),
            tuple(pieces),
            tuple(self.uses),
        )

    def _scan(
        self,
        text: str,
        base: int,
        depth: int,
        literal: Callable[[int, int], None],
        variable: Callable[[str, int, int, bool], None],
    ) -> None:
        """Walk over `text`, which begins at `base` of the scalar."""
        position = 0
        while (dollar := text.find("$", position)) >= 0:
            literal(position, dollar)
            following = text[dollar + 1 : dollar + 2]
            if following == "$":
                variable("$", dollar, dollar + 2, False)
                position = dollar + 2
            elif following == "{":
                position = self._braced(text, dollar, base, depth, variable)
            elif (name := _name_at(text, dollar + 1)) is not None:
                value = self._use(name.group(), "", None, base + dollar, base + name.end())
                variable(value or "", dollar, name.end(), value is None)
                position = name.end()
            else:
                literal(dollar, dollar + 1)
                position = dollar + 1
        literal(position, len(text))

    def _use(self, name: str, operator: str, word: str | None, start: int, end: int) -> str | None:
        value = self.environment.get(name)
        if len(self.uses) >= MAX_USES:
            raise InterpolationError(f"holds more than {MAX_USES} variables", start, end)
        self.uses.append(Use(name, operator, word, value, start, end))
        return value

    def _braced(
        self,
        text: str,
        start: int,
        base: int,
        depth: int,
        variable: Callable[[str, int, int, bool], None],
    ) -> int:
        """One `${...}` that begins at `start`; the offset after it."""
        name = _name_at(text, start + 2)
        if name is None:
            raise self._malformed(text, start, base)
        operator = re.compile(_OPERATOR).match(text, name.end())
        if operator is None:
            if text[name.end() : name.end() + 1] != "}":
                raise self._malformed(text, start, base)
            end = name.end() + 1
            value = self._use(name.group(), "", None, base + start, base + end)
            variable(value or "", start, end, value is None)
            return end
        end = self._closing(text, start, operator.end(), base)
        word = text[operator.end() : end - 1]
        index = len(self.uses)
        value = self._use(name.group(), operator.group(), word, base + start, base + end)
        if depth >= MAX_NESTING:
            raise InterpolationError(
                f"variables are nested deeper than {MAX_NESTING}", base + start, base + end
            )
        # Compose replaces the word first, needed or not: an error in it counts either way.
        filled, unset = self._word(word, base + operator.end(), depth)
        unset_here = self._apply(index, filled, unset)
        variable(unset_here[0], start, end, unset_here[1])
        return end

    def _word(self, word: str, base: int, depth: int) -> tuple[str, bool]:
        """A default's own text, and whether an unset variable makes it unknown."""
        parts: list[str] = []
        unknown: list[bool] = []

        def variable(value: str, _start: int, _end: int, unset: bool) -> None:
            parts.append(value)
            unknown.append(unset)

        self._scan(word, base, depth + 1, lambda a, b: parts.append(word[a:b]), variable)
        return "".join(parts), any(unknown)

    def _apply(self, index: int, word: str, word_unset: bool) -> tuple[str, bool]:
        """The value of a form with an operator, and whether it is unknown."""
        use = self.uses[index]
        kind, soft = use.operator[-1], use.operator[0] == ":"
        given = use.value is not None and not (soft and use.value == "")
        if kind == "-":
            return (use.value or "", False) if given else (word, word_unset)
        if kind == "+":
            return (word, word_unset) if given else (use.value or "", False)
        if not given:
            reason = f": {word}" if word else ""
            state = "empty" if use.value is not None else "not set"
            raise InterpolationError(
                f"the required variable {use.name} is {state}{reason}",
                use.start,
                use.end,
                use.name,
            )
        return use.value or "", False

    def _closing(self, text: str, start: int, after: int, base: int) -> int:
        """The offset after the brace that closes the form; braces in its word are counted."""
        line_end = text.find("\n", after)
        line_end = len(text) if line_end < 0 else line_end
        last = text.rfind("}", after, line_end)
        if last < 0:
            raise self._malformed(text, start, base)
        depth, position = 0, start
        while position <= last:
            if text[position] == "}":
                depth -= 1
                if depth == 0:
                    return position + 1
            elif text[position] == "{":
                depth += 1
                position += 1
            position += 1
        return last + 1

    @staticmethod
    def _malformed(text: str, start: int, base: int) -> InterpolationError:
        line_end = text.find("\n", start)
        end = len(text) if line_end < 0 else line_end
        return InterpolationError(
            "is no form of a variable that compose knows; a dollar that is meant as such is"
            " written $$",
            base + start,
            base + end,
        )
