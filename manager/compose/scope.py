"""A document with the environment it is read in: the values of its scalars, and their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from manager.compose.budget import Budget
from manager.compose.document import Sheet, style_of
from manager.compose.interpolate import (
    UNSET_MARK,
    Interpolated,
    InterpolationError,
    interpolate,
    plain,
)
from manager.compose.libyaml import Node, ScalarNode
from manager.compose.scalars import BadScalarError, Scalar, read_scalar
from manager.compose.text import Part, Place, Variable
from manager.compose.tree import Tree
from manager.compose.values import Origin
from manager.model.finding import Span
from manager.model.value import NamedTuple, replace


class Reading(NamedTuple):
    """What a scalar reads as. error: why compose stops at it, None when it does not.

    value is text with its variables replaced, or a number, truth value, date or None.
    """

    value: Scalar
    text: Interpolated
    error: str | None = None
    error_range: tuple[int, int] = (0, 0)


class Scope:
    """One document, the variables it sees, and how what it holds came into the project.

    sheet: its text, for spans.
    """

    def __init__(
        self, tree: Tree, environment: Mapping[str, str], origin: Origin, budget: Budget
    ) -> None:
        self.tree = tree
        self.sheet: Sheet = tree.sheet
        self.environment = environment
        self.origin = origin
        self.budget = budget
        self._readings: dict[int, Reading] = {}

    def read(self, node: ScalarNode) -> Reading:
        """The value of a scalar. Never raises: what is wrong is in `error`."""
        found = self._readings.get(id(node))
        if found is None:
            found = self._readings[id(node)] = self._read(node)
        return found

    def _read(self, node: ScalarNode) -> Reading:
        try:
            value = read_scalar(node)
        except BadScalarError as error:
            return Reading(None, plain(node.value), str(error), (0, len(node.value)))
        if not isinstance(value, str):
            return Reading(value, plain(node.value))
        try:
            text = interpolate(value, self.environment)
        except InterpolationError as error:
            return Reading(None, plain(value), error.message, (error.start, error.end))
        return Reading(text.text, text)

    def value(self, node: Node) -> Scalar:
        """The value of a node, None for a collection and for what cannot be read."""
        return self.read(node).value if isinstance(node, ScalarNode) else None

    def span(self, node: Node) -> Span:
        """Where a node stands."""
        return self.sheet.node_span(node)

    def place(self, node: Node) -> Place:
        """Where a node stands, with the file."""
        return self.sheet.place(node)

    def raw_span(self, node: ScalarNode, start: int, end: int) -> Span:
        """Where characters `start` to `end` of a scalar's value stand; else the whole scalar."""
        offset = self.sheet.value_offset(node)
        if offset is None:
            return self.span(node)
        return self.sheet.span_in(node, offset + start, offset + end)

    def parts(
        self, node: ScalarNode, stretches: Iterable[tuple[int, int] | None]
    ) -> list[Part | None]:
        """Stretches of the value of a scalar that is text as Parts; None for None."""
        reading = self.read(node)
        raw = reading.text.raw
        offset = None if reading.text.uses else self.sheet.value_offset(node)
        if offset is None or reading.text.text is not raw:
            return [None if pair is None else self.part(node, pair) for pair in stretches]
        style, span = style_of(node), self.sheet.span_in
        found: list[Part | None] = []
        for pair in stretches:
            if pair is None:
                found.append(None)
            else:
                start, end = pair
                text = raw[start:end]
                found.append(Part(text, text, span(node, offset + start, offset + end), style))
        return found

    def part(self, node: ScalarNode, stretch: tuple[int, int] | None = None) -> Part:
        """A scalar as a Part, or the stretch of its value with variables marked."""
        reading = self.read(node)
        text = reading.text
        if not text.uses and isinstance(reading.value, str):
            start, end = stretch or (0, len(text.raw))
            raw = text.raw[start:end]
            shown = raw if text.text is text.raw else text.text[start:end]
            if text.text is text.raw:
                return Part(raw, shown, self.raw_span(node, start, end), style_of(node))
        if stretch is None:
            raw_start, raw_end = 0, len(text.raw)
            shown = _shown(reading)
        else:
            raw_start, raw_end = text.raw_range(*stretch)
            shown = text.marked[slice(*stretch)].replace(UNSET_MARK, "")
        uses = [use for use in text.uses if raw_start <= use.start and use.end <= raw_end]
        variables = tuple(
            Variable(
                use.name,
                use.operator,
                use.word,
                use.value,
                self.raw_span(node, use.start, use.end),
            )
            for use in uses
        )
        return Part(
            text.raw[raw_start:raw_end],
            shown,
            self.raw_span(node, raw_start, raw_end),
            style_of(node),
            variables,
        )

    def under(self, alias: Place | None) -> Origin:
        """The origin of what stands in this document, taken through an alias or not."""
        return self.origin if alias is None else replace(self.origin, alias=alias)


def _shown(reading: Reading) -> str:
    """A scalar's value as text: numbers in their decimal form."""
    value = reading.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return reading.text.text if value is None else str(getattr(value, "text", value))
