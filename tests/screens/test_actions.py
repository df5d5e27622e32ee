"""The one list of actions: keys, deeds, footer, help, palette and documentation agree."""

from __future__ import annotations

from collections import Counter

import pytest

from tui.actions import ACTIONS, Place, actions_of, by_name, key_text, with_keys
from tui.deeds import DEEDS, OWN_DEEDS
from tui.presentation.cells import line_width, plain
from tui.presentation.frame import footer_line
from tui.presentation.helptext import help_lines, keys_markdown


@pytest.mark.parametrize("place", [p for p in Place if p is not Place.EVERYWHERE])
def test_a_key_does_one_thing_on_a_page(place: Place) -> None:
    keys = Counter(key for action in actions_of(place) for key in action.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_action_has_a_deed_and_every_deed_an_action() -> None:
    for place, deeds in OWN_DEEDS.items():
        assert {action.name for action in ACTIONS if action.place is place} == set(deeds), place
    rest = {action.name for action in ACTIONS if action.place not in OWN_DEEDS}
    assert rest == set(DEEDS)


def test_names_are_unique_and_helped() -> None:
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.help.endswith("."), action.name
        assert len(action.label) <= 16, action.name


def test_k_moves_up_and_kills_nothing() -> None:
    assert [a.name for a in actions_of(Place.PORTS) if "k" in a.keys] == ["up"]


def test_keys_follow_the_habits_of_the_trade() -> None:
    habits = {"q": "quit", "slash": "filter", "question_mark": "help", "j": "down", "g": "top"}
    habits |= {"G": "bottom", "enter": "detail", "escape": "back", "colon": "palette"}
    known = {key: a.name for a in actions_of(Place.PORTS) for key in a.keys}
    assert {key: known[key] for key in habits} == habits


def test_help_and_documentation_name_every_action() -> None:
    told = "\n".join(plain(line) for line in help_lines(ACTIONS, 100))
    for action in ACTIONS:
        assert action.help.split(";")[0][:40] in told.replace("\n" + " " * 17, " ")
        assert f"| {action.label} | {action.help} |" in keys_markdown()
        for key in action.keys:
            assert f"`{key_text(key)}`" in keys_markdown()


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 200])
def test_the_footer_keeps_what_weighs_most(columns: int) -> None:
    line = footer_line(actions_of(Place.PORTS), columns)
    assert line_width(line) <= columns
    names = list(dict.fromkeys(span.action for span in line if span.action))
    wanted = sorted((a for a in actions_of(Place.PORTS) if a.footer),
                    key=lambda a: a.footer)  # fmt: skip
    assert [name for name in names if by_name(name).footer == 1] == ["filter"]
    if columns >= 200:
        assert names == [action.name for action in wanted]


def test_a_person_may_have_other_keys() -> None:
    actions = with_keys(ACTIONS, {"publish": "P,f2"})
    changed = next(action for action in actions if action.name == "publish")
    assert changed.keys == ("P", "f2")
    assert [a for a in actions if a.name != "publish"] == [
        a for a in ACTIONS if a.name != "publish"
    ]


@pytest.mark.parametrize(
    ("key", "text"), [("slash", "/"), ("ctrl+p", "^p"), ("question_mark", "?"), ("j", "j")]
)
def test_keys_are_written_as_people_write_them(key: str, text: str) -> None:
    assert key_text(key) == text
