"""What the C parser takes otherwise than compose 2.40.3, which was seen to read it so."""

from __future__ import annotations

from pathlib import Path

import pytest

from manager.compose.nodes import compose
from manager.compose.normal import normal_form
from manager.compose.project import read_project
from manager.errors import ComposeError


def _targets(tmp_path: Path, ports: str) -> list[object] | None:
    path = tmp_path / "compose.yaml"
    path.write_text(f"services:\n  web:\n    image: a\n    ports: {ports}\n")
    try:
        return [port["target"] for port in normal_form(read_project([str(path)], env={}))]
    except ComposeError:
        return None


@pytest.mark.parametrize(
    ("ports", "targets"),
    [
        ('[&b6 "80", &b6 "81", *b6]', [80, 81]),
        ("[&a 80, &a 81, *a, &a 82, *a, *a]", [80, 81, 82]),
        ('[&a {target: 80}, &a {target: 81, published: "9"}, *a]', [80, 81]),
        ("[&a 80, *a, &a 80]", [80]),
        ("[&a-b 80, &a-b 81, &a-b 82, &a-c 83, *a-b, *a-c]", [80, 81, 82, 83]),
        ("[&a 80, &b 81, &a 82, *b, *a]", [80, 81, 82]),
        ("[&a 80, &a 81, *b]", None),
    ],
)
def test_an_anchor_may_be_set_again(
    tmp_path: Path, ports: str, targets: list[object] | None
) -> None:
    assert _targets(tmp_path, ports) == targets


@pytest.mark.parametrize(
    ("ports", "targets"),
    [
        ("[!a, 80]", [80]),
        ("[!!str, 80]", [80]),
        ('["80", !foo, 81]', [80, 81]),
        ("[!reset, 80]", [80]),
        ("[!a,b 80]", [80]),
        ("[!a[b 80]", [80]),
        ("[!a]b 80]", [80]),
        ("[!!str 80, 81]", [80, 81]),
        ("[!a]", None),
        ("[!a,]", None),
        ("[!a{b 80]", None),
        ("[!!int,80 , 82]", None),
        ("['!a,', 80]", None),
    ],
)
def test_a_tag_goes_on_to_the_next_blank(
    tmp_path: Path, ports: str, targets: list[object] | None
) -> None:
    assert _targets(tmp_path, ports) == targets


def test_an_anchor_holds_in_later_documents(tmp_path: Path) -> None:
    assert _targets(
        tmp_path, "&p [80, 81]\n---\nservices: {web: {ports: *p}, db: {ports: *p}}"
    ) == [
        80,
        81,
        80,
        81,
    ]


def test_marks_stay_where_they_are() -> None:
    text = "a: [&x 1, &x 2, *x]\nb: {c:,d:}\ne: [!t, 3]\n"
    (root,), error = compose(text)
    assert error is None
    values = [pair[1] for pair in root.value]
    assert [text[n.start_mark.index : n.end_mark.index] for n in values] == [
        "[&x 1, &x 2, *x]",
        "{c:,d:}",
        "[!t, 3]",
    ]
    assert [item.value for item in values[0].value] == ["1", "2", "2"]
    assert [key.value for key, _ in values[1].value] == ["c:", "d:"]


def test_what_stands_before_an_error_is_there() -> None:
    roots, error = compose("a: 1\n---\nb: [\n")
    assert len(roots) == 1
    assert error is not None
