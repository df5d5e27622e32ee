"""The command palette: every action of the page, from the list of actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.actions import Action, actions_of
from tui.screens.page import Page, the_app


class Actions(Provider):
    """Finds actions by label and help."""

    def _found(self) -> list[tuple[Action, Callable[[], None]]]:
        page = self.screen
        if not isinstance(page, Page):
            return []
        app = the_app(page)
        names = [a for a in actions_of(page.PLACE, app.actions) if a.name != "palette"]
        return [(action, partial(app.perform, action.name)) for action in names]

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action, perform in self._found():
            yield DiscoveryHit(
                f"{action.label}  ({action.key})", perform, text=action.label, help=action.help
            )

    async def search(self, query: str) -> Hits:
        """Those that match, the best first."""
        matcher = self.matcher(query)
        for action, perform in self._found():
            text = f"{action.label}  ({action.key})"
            told = query.casefold() in action.help.casefold()
            score = max(matcher.match(action.label), 0.1 if told else 0.0)
            if score > 0:
                yield Hit(score, matcher.highlight(text), perform, text=text, help=action.help)
