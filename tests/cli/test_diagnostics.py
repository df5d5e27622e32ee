"""stderr and the exit codes of the contract."""

import argparse

import pytest

from manager import errors
from manager.cli import hints
from manager.cli.diagnostics import ExitCode, exit_code, report


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidPortSpec("x"), 2),
        (errors.InvalidInput("x"), 2),
        (errors.ComposeError("x", file="f"), 2),
        (errors.NoSuchContainer("x"), 1),
        (errors.Refused("x"), 1),
        (errors.StalePlan("x"), 1),
        (errors.ChangeInProgress("x"), 1),
        (errors.Declined("x"), 130),
        (errors.EngineUnavailable("x"), 3),
        (errors.EnginePermission("x"), 3),
        (errors.EngineError("x", status=500), 1),
        (errors.ApplyFailed("x"), 4),
        (errors.RollbackFailed("x"), 5),
    ],
)
def test_every_error_has_its_exit_code(error: errors.PmapError, code: int) -> None:
    assert exit_code(error) == code


def test_a_report_says_what_and_then_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    code = report(errors.Refused("port 80 is taken", hint="pmap free\npmap who 80"))
    assert code is ExitCode.FINDINGS
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "pmap: port 80 is taken",
        "  hint: pmap free",
        "  hint: pmap who 80",
    ]


def test_a_report_is_safe_for_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report(errors.NoSuchContainer("no container \x1b[31mx"))
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(("line", "place"), [(None, "a.yaml: "), (3, "a.yaml:3: ")])
def test_an_error_of_a_file_names_its_place(
    line: int | None, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report(errors.ComposeError("is not YAML", file="a.yaml", line=line))
    assert capsys.readouterr().err == f"pmap: {place}is not YAML\n"


def test_commands_to_type_are_about_the_same_engine(capsys: pytest.CaptureFixture[str]) -> None:
    engine = argparse.Namespace(context="a b", engine_url=None, demo=False)
    hints.remember(engine)
    try:
        report(errors.Refused("x", hint="8081 is free: pmap publish web 8081; or pmap who 80"))
    finally:
        hints.remember(argparse.Namespace(context=None, engine_url=None, demo=False))
    named = "pmap --context 'a b'"
    assert f"8081 is free: {named} publish web 8081; or {named} who 80" in capsys.readouterr().err
    assert hints.here("pmap recover") == "pmap recover"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"engine_url": "tcp://h:1"}, "pmap -H tcp://h:1 undo"),
        ({"demo": True}, "pmap undo"),
        ({}, "pmap undo"),
    ],
)
def test_every_option_that_names_an_engine_is_kept(given: dict[str, object], words: str) -> None:
    nothing = {"context": None, "engine_url": None, "demo": False}
    hints.remember(argparse.Namespace(**(nothing | given)))
    told = hints.here("pmap undo")
    hints.remember(argparse.Namespace(**nothing))
    assert told == words
