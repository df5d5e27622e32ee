"""Everything a person can do, in one list: keys, footer, help, palette and documentation.

An action is performed by the function of its name in tui.deeds. Keys carry Textual's names; the
first one is shown. A person may set others in the settings (screen.keys).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product


class Place(StrEnum):
    """Where an action can be performed; EVERYWHERE is every page."""

    EVERYWHERE = "everywhere"
    PORTS = "ports"
    MAP = "map"
    COMPOSE = "compose"
    HISTORY = "history"
    DOCTOR = "doctor"
    FORM = "form"
    TEXT = "text"
    CHOICE = "choice"
    AGREE = "agree"


OVERLAYS = frozenset({Place.FORM, Place.TEXT, Place.CHOICE, Place.AGREE})
"""What stands over a page; only its own actions can be performed there."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    label stands in footer and palette, help is a sentence. footer: 0 keeps it out of the footer,
    else its place there; where room is short, higher ones go first.
    """

    name: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: str
    place: Place = Place.PORTS
    footer: int = 0

    @property
    def key(self) -> str:
        """The first key as people read it."""
        return key_text(self.keys[0])


_KEY_TEXTS = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def key_text(key: str) -> str:
    """A Textual key name as people read it: `slash` is `/`, `ctrl+p` is `^p`."""
    head, plus, rest = key.partition("+")
    if plus and head == "ctrl":
        return f"^{rest}"
    return _KEY_TEXTS.get(key, key)


_CHANGE, _SEE, _ACT, _MOVE, _PAGE, _APP = "Change", "See", "Act", "Move", "Pages", "pmap"
_FORM, _TEXT, _CHOICE = "In a form", "In a text", "In a list"

ACTIONS: tuple[Action, ...] = (
    Action(
        "publish", ("p",), "Publish",
        "Give a container one more host port; the plan is shown before anything is done.",
        _CHANGE, footer=2,
    ),
    Action(
        "move", ("m",), "Move",
        "Give the selected mapping another address or host port.",
        _CHANGE, footer=3,
    ),
    Action(
        "loopback", ("l",), "Loopback",
        "Bind to 127.0.0.1 whatever the container has open wider, or every marked row.",
        _CHANGE, footer=4,
    ),
    Action(
        "unpublish", ("u",), "Unpublish",
        "Take the selected mapping away, or every marked one.",
        _CHANGE, footer=5,
    ),
    Action(
        "undo", ("U", "ctrl+z"), "Undo",
        "Turn the last change round, as a plan of its own.",
        _CHANGE, Place.EVERYWHERE,
    ),
    Action(
        "filter", ("slash",), "Filter",
        "Show only some rows: text, :8080, exposed, conflict, project:shop, -word, together.",
        _SEE, footer=1,
    ),
    Action(
        "detail", ("enter",), "Story",
        "The selected row's whole story on a page of its own.",
        _SEE, footer=8,
    ),
    Action(
        "mark", ("space",), "Mark",
        "Mark the row, for a change of several at once.",
        _SEE, footer=9,
    ),
    Action("group", ("b",), "Group", "Group the rows by project, or not.", _SEE),
    Action("stopped", ("a",), "Stopped", "Show what stopped containers reserve, or not.", _SEE,
           footer=16),
    Action("host", ("h",), "Host", "Show the host's own listeners, or not.", _SEE),
    Action("sort_next", ("greater_than_sign",), "Sort", "Sort by the next column.", _SEE),
    Action("sort_back", ("less_than_sign",), "Sort back", "Sort by the column before.", _SEE),
    Action("reverse", ("R",), "Reverse", "Sort the other way round.", _SEE),
    Action("trouble", ("n",), "Next trouble", "Go to the next conflict or exposed port.", _SEE,
           footer=12),
    Action(
        "refresh", ("r",), "Refresh",
        "Read engine and host again now.",
        _SEE, Place.EVERYWHERE,
    ),
    Action("down", ("down", "j"), "Down", "One row down.", _MOVE, Place.EVERYWHERE),
    Action("up", ("up", "k"), "Up", "One row up. It kills nothing.", _MOVE, Place.EVERYWHERE),
    Action(
        "page_down", ("pagedown", "ctrl+f"), "Page down", "One page down.",
        _MOVE, Place.EVERYWHERE,
    ),
    Action("page_up", ("pageup", "ctrl+b"), "Page up", "One page up.", _MOVE, Place.EVERYWHERE),
    Action("top", ("home", "g"), "Top", "To the first row.", _MOVE, Place.EVERYWHERE),
    Action("bottom", ("end", "G"), "Bottom", "To the last row.", _MOVE, Place.EVERYWHERE),
    Action(
        "back", ("escape",), "Back",
        "Close what is open; then clear marks, then the filter.",
        _MOVE, Place.EVERYWHERE,
    ),
    Action(
        "confirm", ("enter",), "Do it",
        "Carry out the plan that is shown. Nothing is done that was not shown.",
        _FORM, Place.FORM, footer=1,
    ),
    Action(
        "cancel", ("escape",), "Cancel",
        "Close the form; everything stays as it was.",
        _FORM, Place.FORM, footer=2,
    ),
    Action(
        "free", ("ctrl+n",), "Next free port",
        "Take the free port that is proposed.",
        _FORM, Place.FORM, footer=3,
    ),
    Action(
        "copy_command", ("ctrl+y",), "Copy command",
        "Copy the pmap command that would do the same.",
        _FORM, Place.FORM, footer=5,
    ),
    Action(
        "next_field", ("down", "tab"), "Next field", "To the next field.", _FORM, Place.FORM,
        footer=4,
    ),
    Action(
        "last_field", ("up", "shift+tab"), "Field before", "To the field before.",
        _FORM, Place.FORM,
    ),
    Action("page_ports", ("1",), "Ports", "The table of every port.", _PAGE, Place.EVERYWHERE),
    Action(
        "page_map", ("2",), "Map",
        "The whole range of ports as a picture.", _PAGE, Place.EVERYWHERE,
    ),
    Action(
        "page_compose", ("3",), "Compose",
        "The compose files here, and what check says of them.", _PAGE, Place.EVERYWHERE,
    ),
    Action(
        "page_history", ("4",), "History",
        "The changes that were made.", _PAGE, Place.EVERYWHERE,
    ),
    Action(
        "page_doctor", ("5",), "Doctor",
        "What makes ports fail on this host.", _PAGE, Place.EVERYWHERE,
    ),
    Action(
        "fix", ("f", "enter"), "Fix",
        "Mend that rule in that file, after a look at the diff.",
        _CHANGE, Place.COMPOSE, footer=1,
    ),
    Action("check_again", ("c",), "Check again", "Check all files anew.", _SEE, Place.COMPOSE,
           footer=2),
    Action("look_again", ("c", "enter"), "Look again", "Run every check anew.", _SEE,
           Place.DOCTOR, footer=1),
    Action(
        "context", ("C",), "Context",
        "Go to the engine of another docker context.", _APP, Place.EVERYWHERE,
    ),
    Action("agree", ("enter", "y"), "Do it", "Do what is shown.", _CHOICE, Place.AGREE),
    Action("disagree", ("escape", "q", "n"), "Leave it", "Leave all as it is.", _CHOICE,
           Place.AGREE),
    Action("diff_down", ("down", "j"), "Down", "One line down.", _CHOICE, Place.AGREE),
    Action("diff_up", ("up", "k"), "Up", "One line up.", _CHOICE, Place.AGREE),
    Action(
        "publish_here", ("p", "enter"), "Publish here",
        "Publish a container on the free port under the cursor.", _CHANGE, Place.MAP, footer=1,
    ),
    Action("right", ("right",), "Right", "One cell to the right.", _MOVE, Place.MAP),
    Action("left", ("left",), "Left", "One cell to the left.", _MOVE, Place.MAP),
    Action("nearer", ("plus", "equals_sign"), "Nearer", "Fewer ports a cell.", _SEE, Place.MAP,
           footer=2),
    Action("further", ("minus",), "Further", "More ports a cell.", _SEE, Place.MAP, footer=3),
    Action("next_taken", ("n", "tab"), "Next taken", "To the next port that is taken.", _SEE,
           Place.MAP, footer=4),
    Action(
        "undo_this", ("enter", "u"), "Turn it round",
        "Turn the selected change round, as a plan of its own.",
        _CHANGE, Place.HISTORY, footer=1,
    ),
    Action("copy", ("y",), "Copy", "Copy host:port to the clipboard, over ssh too.", _ACT,
           footer=13),
    Action(
        "copy_other", ("Y",), "Copy other",
        "Copy the URL, the connection string, or the command that does the same.", _ACT,
    ),
    Action("open", ("o",), "Open", "Open it in the browser.", _ACT, footer=14),
    Action(
        "try", ("t",), "Try",
        "Ask the port now who it is, and whether something answers.", _ACT, footer=10,
    ),
    Action("logs", ("L",), "Log", "The last lines that the container wrote.", _ACT, footer=15),
    Action(
        "power", ("x",), "Stop or start",
        "Stop the container, or start it; asked first.", _ACT,
    ),
    Action("take", ("enter", "space"), "Take it", "Take the line.", _CHOICE, Place.CHOICE),
    Action("choice_down", ("down", "j"), "Down", "One line down.", _CHOICE, Place.CHOICE),
    Action("choice_up", ("up", "k"), "Up", "One line up.", _CHOICE, Place.CHOICE),
    Action("leave", ("escape", "q"), "Leave", "Choose nothing.", _CHOICE, Place.CHOICE),
    Action("close", ("escape", "q", "enter"), "Close", "Close the text.", _TEXT, Place.TEXT),
    Action("line_down", ("down", "j"), "Line down", "One line down.", _TEXT, Place.TEXT),
    Action("line_up", ("up", "k"), "Line up", "One line up.", _TEXT, Place.TEXT),
    Action("text_down", ("pagedown", "space"), "Text down", "One page down.", _TEXT, Place.TEXT),
    Action("text_up", ("pageup",), "Text up", "One page up.", _TEXT, Place.TEXT),
    Action(
        "palette", ("ctrl+p", "colon"), "Palette",
        "Find any action by its name.",
        _APP, Place.EVERYWHERE, footer=11,
    ),
    Action(
        "theme", ("T",), "Theme",
        "Light, dark, or the terminal's own colours.",
        _APP, Place.EVERYWHERE,
    ),
    Action(
        "help", ("question_mark",), "Help",
        "Every key of this page.",
        _APP, Place.EVERYWHERE, footer=6,
    ),
    Action(
        "quit", ("q", "ctrl+q", "ctrl+c"), "Quit",
        "Leave. A change that is being made is finished first.",
        _APP, Place.EVERYWHERE, footer=7,
    ),
)  # fmt: skip


def actions_of(place: Place, known: Sequence[Action] = ACTIONS) -> tuple[Action, ...]:
    """What can be done on a page, its own actions first; over a page, only what belongs there."""
    own = [action for action in known if action.place is place]
    if place in OVERLAYS:
        return tuple(own)
    return (*own, *(a for a in known if a.place is Place.EVERYWHERE))


def by_name(name: str) -> Action:
    """The action of that name. Raises KeyError."""
    return next(action for action in ACTIONS if action.name == name)


def keymap(actions: Iterable[Action]) -> dict[tuple[Place, str], str]:
    """Which action a key performs at a place. An action of EVERYWHERE stands at every page."""
    pages = [place for place in Place if place not in OVERLAYS]
    found: dict[tuple[Place, str], str] = {}
    for action in actions:
        places = pages if action.place is Place.EVERYWHERE else [action.place]
        for place in places:
            for key in action.keys:
                found.setdefault((place, key), action.name)
        if action.name == "quit":
            # Out of forms and texts too, by the keys that nobody types into a field.
            for place, key in product(OVERLAYS, action.keys):
                if key.startswith("ctrl+"):
                    found.setdefault((place, key), action.name)
    return found


def with_keys(actions: Iterable[Action], keys: Mapping[str, str]) -> tuple[Action, ...]:
    """The actions with a person's own keys, `name: key,key`, in place of ours."""
    from dataclasses import replace

    return tuple(
        replace(action, keys=tuple(keys[action.name].split(","))) if action.name in keys else action
        for action in actions
    )
