"""Every rule is one file, documented, and found by its names."""

import re
from pathlib import Path

import pytest

import manager.compose.rules
from manager.compose.registry import RULES, find_rules, rule_ids
from manager.errors import InvalidInput

_FOLDER = Path(manager.compose.rules.__file__).parent


def test_every_file_is_a_rule_and_every_rule_a_file() -> None:
    files = {path.stem for path in _FOLDER.glob("pm*.py")}
    assert files == {f"{rule.id.lower()}_{rule.name.replace('-', '_')}" for rule in RULES}
    assert [rule.id for rule in RULES] == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_documented(rule: object) -> None:
    (found,) = [r for r in RULES if r is rule]
    assert re.fullmatch(r"PM[0-9]{3}", found.id)
    assert found.summary.endswith(".")
    assert len((found.doc or "").strip().splitlines()) >= 3
    assert (found.check is None) is not (found.across is None)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_table_of_tests(rule: object) -> None:
    (found,) = [r for r in RULES if r is rule]
    text = (Path(__file__).parent / f"test_{found.id.lower()}.py").read_text()
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
