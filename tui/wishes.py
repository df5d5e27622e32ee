"""What a person set for the screen: theme, ASCII, animation, keys (settings, table `screen`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from manager.model.text import printable
from tui.actions import ACTIONS, keymap, with_keys
from tui.plainness import draw
from tui.presentation.glyphs import ASCII

if TYPE_CHECKING:
    from manager.settings import ScreenSettings
    from tui.app import PmapApp


def obey(app: PmapApp, wishes: ScreenSettings) -> None:
    """Make the screen as it is wished; what cannot be done is said, and left out."""
    for problem in problems(wishes.keys):
        app.notify(problem, severity="warning", markup=False)
    known = {action.name for action in ACTIONS}
    keys = {name: key for name, key in wishes.keys.items() if name in known and key}
    app.actions = with_keys(ACTIONS, keys)
    app.keys = keymap(app.actions)
    if not wishes.animation:
        app.animation_level = "none"
    if wishes.ascii:
        draw(app, ascii_only=True)
        app.ports.wear(ASCII)
    if wishes.theme in app.available_themes:
        app.theme = wishes.theme
    elif wishes.theme:
        app.notify(f"There is no theme {printable(wishes.theme)!r}.", markup=False)


def problems(keys: Mapping[str, str]) -> list[str]:
    """What is wrong with a person's keys: names that are no action, keys that are taken twice."""
    known = {action.name: action for action in ACTIONS}
    found = [
        f"screen.keys: there is no action {printable(name)!r}" for name in keys if name not in known
    ]
    changed = with_keys(ACTIONS, {name: key for name, key in keys.items() if name in known})
    map_ = keymap(changed)
    for action in changed:
        if action.name not in keys:
            continue
        for key in action.keys:
            winners = {map_[place, k] for place, k in map_ if k == key and place is action.place}
            if winners - {action.name}:
                found.append(
                    f"screen.keys: {key} performs {', '.join(sorted(winners))}, not {action.name}"
                )
    return found
