"""Every rule is one file, documented, and found by its names."""

import re
from pathlib import Path

import pytest

import manager.compose.rules
from manager.compose.config import Config
from manager.compose.registry import RULES, find_rules, rule_ids
from manager.compose.rule import Context, Rule
from manager.compose.values import Project
from manager.errors import InvalidInput

_FOLDER = Path(manager.compose.rules.__file__).parent


def test_every_file_is_a_rule_and_every_rule_a_file() -> None:
    files = {path.stem for path in _FOLDER.glob("pm*.py")}
    assert files == {f"{rule.id.lower()}_{rule.name.replace('-', '_')}" for rule in RULES}
    assert [rule.id for rule in RULES] == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_documented(rule: Rule) -> None:
    assert re.fullmatch(r"PM[0-9]{3}", rule.id)
    assert rule.summary.endswith(".")
    assert len(rule.doc.strip().splitlines()) >= 3


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_looks_at_one_project_or_at_all(rule: Rule) -> None:
    given = Context(Project("web", "", (), {}), Config())
    said = rule.compare([]) if rule.compares else rule.check(given)
    assert list(said) == []
    assert bool(rule.facts) is not rule.compares


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_table_of_tests(rule: Rule) -> None:
    text = (Path(__file__).parent / f"test_{rule.id.lower()}.py").read_text()
    assert "def test_finds(" in text
    assert "def test_finds_not(" in text


def test_rules_are_found_by_id_name_and_start() -> None:
    assert [rule.id for rule in find_rules("pm101")] == ["PM101"]
    assert [rule.id for rule in find_rules("Exposed-Port")] == ["PM101"]
    assert rule_ids(["PM1", "PM301"]) == {"PM101", "PM102", "PM103", "PM301"}
    assert len(find_rules("ALL")) == len(RULES)


@pytest.mark.parametrize(
    ("selector", "hint"),
    [("PM1O1", "did you mean PM101"), ("exposed", "did you mean exposed"), ("", "the rules are")],
)
def test_a_mistyped_rule_is_answered_with_the_nearest(selector: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        find_rules(selector)
    assert hint in refused.value.hint
