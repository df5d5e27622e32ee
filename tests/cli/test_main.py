"""Finding the command, and what happens to bad words."""

import pytest

from manager.cli.main import COMMANDS, main


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["bogus"], "'bogus' is not a pmap command"),
        (["publsh", "web", "80"], "did you mean pmap publish?"),
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["who"], "the following arguments are required"),
        (["who", "abc"], "'abc' is not a port number"),
        (["who", "70000"], "port 70000 is not in 1-65535"),
        (["publish", "web", "70000"], "port 70000 is not in 1-65535"),
        (["publish", "web", "localhost:80:80"], "write 127.0.0.1"),
        (["publish", "web", "1:2:3:4"], "put an IPv6 address in brackets"),
        (["publish", "web", "80/http"], "unknown protocol 'http'"),
        (["publish", "web"], "the following arguments are required"),
        (["free", "0"], "COUNT is 1 to 1000"),
        (["free", "--range", "9-1"], "runs backwards"),
        (["ls", "--context"], "expected one argument"),
    ],
)
def test_bad_words_are_refused_with_a_reason(
    argv: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert complaint in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"usage: pmap {command}" in capsys.readouterr().out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)


def test_the_screen_needs_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--demo"]) == 2
    assert "the screen needs a terminal" in capsys.readouterr().err
