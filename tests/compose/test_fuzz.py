"""Whatever stands in the files: a project or a clear refusal, never anything else."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manager.compose.normal import normal_form
from manager.compose.project import read_project
from manager.compose.text import SourceText
from manager.compose.values import Project
from manager.errors import ComposeError

OBSERVED = [
    json.loads(line)["yaml"]
    for line in Path(__file__).with_name("observed.jsonl").read_text().splitlines()
]
MARKS = [*"[]{}:,#&*!|>'\"%@`-?=~ \t\n\r$\\<0", "- ", ": ", " #", "---\n", "<<: ", "&a ", "*a"]
MARKS += ["!reset ", "!override ", "!!int ", "${A:-", "}", "\x85", "\ufeff", "\ue000", "\ue001"]
PIECES = st.sampled_from(MARKS) | st.text(string.printable, max_size=3) | st.text(max_size=2)
ALL = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(text: str) -> Project:
    """Read a text, and look at all that came of it."""
    source = SourceText("compose.yaml", text)
    project = read_project(["compose.yaml"], env={"A": "1"}, texts={"compose.yaml": source})
    for problem in project.problems:
        assert problem.message
        if problem.span is not None:
            assert 0 <= problem.span.start <= problem.span.end <= len(text)
    for service in project.services:
        repeated = [one.entry for one in service.repeated]
        for entry in (*service.entries, *service.dropped, *repeated):
            assert text[entry.span.start : entry.span.end] == entry.raw
            assert entry.error is not None or entry.runs
            assert list(entry.variables) == sorted(entry.variables, key=lambda v: v.span)
    refused = False
    try:
        ports = normal_form(project)
    except ComposeError as error:
        refused = bool(error.message)
    else:
        assert all(len(port) == 8 for port in ports)
    assert refused or project.services or not project.problems or "services" in text
    return project


@ALL
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    read(text)


@ALL
@given(st.data())
def test_what_is_nearly_a_compose_file(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(OBSERVED))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 6)))
        text = text[:start] + data.draw(PIECES) + text[end:]
    read(text)


@ALL
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_item(item: str) -> None:
    read(f"services:\n  web:\n    image: app\n    ports:\n      - {item}\n")


@ALL
@given(st.text(max_size=40))
def test_any_text_in_quotes(item: str) -> None:
    quoted = json.dumps(item)
    project = read(f"services: {{web: {{image: app, ports: [{quoted}]}}}}\n")
    assert project.services or project.problems


@pytest.mark.parametrize("text", OBSERVED[::7])
def test_what_was_observed_holds_too(text: str) -> None:
    read(text)
