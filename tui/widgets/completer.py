"""Completion from a function, for any field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.suggester import Suggester


class Completer(Suggester):
    """Suggests the first of what `complete` gives for the text so far."""

    def __init__(self, complete: Callable[[str], Sequence[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """The best completion, None where there is none."""
        found = self._complete(value)
        return found[0] if found and found[0] != value else None
