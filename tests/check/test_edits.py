"""Span edits change what they cover, and not one character more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.compose.edits import EditsOverlap, apply_edits, choose_apart, merge_edits
from manager.model.finding import Edit

_TEXT = "ports:\r\n  - 80:80 # web\n"


@pytest.mark.parametrize(
    ("edits", "result"),
    [
        ([], _TEXT),
        ([Edit(12, 17, '"80:80"')], 'ports:\r\n  - "80:80" # web\n'),
        ([Edit(17, 17, '"'), Edit(12, 12, '"')], 'ports:\r\n  - "80:80" # web\n'),
        ([Edit(12, 12, "x"), Edit(12, 12, "x")], "ports:\r\n  - x80:80 # web\n"),
        ([Edit(0, len(_TEXT), "")], ""),
        ([Edit(len(_TEXT), len(_TEXT), "#")], f"{_TEXT}#"),
        ([Edit(0, 5, "a"), Edit(5, 6, "=")], "a=\r\n  - 80:80 # web\n"),
    ],
)
def test_makes_every_edit(edits: list[Edit], result: str) -> None:
    assert apply_edits(_TEXT, edits) == result


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 4, "a"), Edit(3, 6, "b")],
        [Edit(2, 2, "a"), Edit(2, 2, "b")],
        [Edit(2, 2, "a"), Edit(2, 5, "b")],
        [Edit(0, 9, ""), Edit(4, 4, "x")],
    ],
)
def test_refuses_what_touches(edits: list[Edit]) -> None:
    with pytest.raises(EditsOverlap):
        apply_edits(_TEXT, edits)


@pytest.mark.parametrize("edit", [Edit(-1, 2, ""), Edit(0, 999, ""), Edit(5, 4, "")])
def test_refuses_places_outside_of_the_text(edit: Edit) -> None:
    with pytest.raises(ValueError, match="outside"):
        apply_edits(_TEXT, [edit])


_edits = st.builds(
    lambda start, length, text: Edit(start, start + length, text),
    st.integers(0, 30),
    st.integers(0, 6),
    st.text("ab\r\n", max_size=3),
)
_groups = st.lists(st.lists(_edits, min_size=1, max_size=3).map(tuple), max_size=8)


@given(_groups)
def test_chosen_groups_can_be_made_together_and_a_dropped_one_could_not(
    groups: list[tuple[Edit, ...]],
) -> None:
    chosen = choose_apart(groups)
    together: set[Edit] = set()
    for index, group in enumerate(groups):
        if index in chosen:
            together.update(group)
            merge_edits(together)
        else:
            with pytest.raises(EditsOverlap):
                merge_edits(together.union(group))


@given(st.text(max_size=40), st.lists(_edits, max_size=5))
def test_what_no_edit_covers_is_kept(text: str, edits: list[Edit]) -> None:
    inside = [edit for edit in edits if edit.end <= len(text)]
    chosen = [inside[i] for i in choose_apart([(edit,) for edit in inside])]
    result = apply_edits(text, chosen)
    kept = "".join(c for i, c in enumerate(text) if not any(e.start <= i < e.end for e in chosen))
    grown = sum(len(edit.text) for edit in set(chosen))
    assert len(result) == len(kept) + grown
    remaining = iter(result)
    assert all(c in remaining for c in kept)
