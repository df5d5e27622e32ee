"""stderr and the exit codes of the contract."""

import pytest

from manager import errors
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
