"""The README cannot drift: its commands are run, and what they print must stand there.

`python tests/readme/test_readme.py` writes the blocks anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from manager.cli.main import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
_BLOCK = re.compile(r"```console\n(?P<body>.*?)```", re.DOTALL)
_RULES = re.compile(r"<!-- rules -->\n(?P<body>.*?)<!-- /rules -->", re.DOTALL)


def blocks() -> Iterator[tuple[str, str]]:
    """Each command of the README with the output that stands below it."""
    for block in _BLOCK.finditer(README.read_text(encoding="utf-8")):
        parts = re.split(r"^\$ (.*)\n", block["body"], flags=re.MULTILINE)
        yield from zip(parts[1::2], parts[2::2], strict=True)


def output_of(command: str) -> str:
    """What a pmap command prints on stdout, milliseconds replaced."""
    words = shlex.split(command)
    assert words[0] == "pmap"
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.chdir(ROOT):
        main(words[1:])
    return stable(stream.getvalue())


def stable(text: str) -> str:
    return re.sub(r"\b\d+ ms\b", "1 ms", text)


@pytest.mark.parametrize(("command", "printed"), list(blocks()))
def test_the_readme_shows_what_the_command_prints(command: str, printed: str) -> None:
    assert stable(printed) == output_of(command)


def test_the_readme_is_short_and_has_the_two_commands() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    assert "make demo" in text
    assert "make test" in text


def test_every_command_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"pmap {name}" not in text] == []


def test_links_and_pictures_of_the_readme_exist() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_rule_table_is_made_from_the_rules() -> None:
    found = _RULES.search(README.read_text(encoding="utf-8"))
    assert found is not None
    assert found["body"] == rule_table()


def rule_table() -> str:
    """The rules as a table: id, name, severity, first line of the docstring."""
    from manager.compose.registry import RULES

    lines = ["| rule | name | severity | what |", "|---|---|---|---|"]
    for rule in RULES:
        what = rule.summary.rstrip(".")
        lines.append(f"| {rule.id} | {rule.name} | {rule.severity} | {what} |")
    return "\n".join(lines) + "\n"


def rewrite() -> None:
    """Write every block and the rule table of the README anew."""
    text = README.read_text(encoding="utf-8")

    def block(match: re.Match[str]) -> str:
        commands = re.findall(r"^\$ (.*)$", match["body"], re.MULTILINE)
        return "```console\n" + "".join(f"$ {c}\n{output_of(c)}" for c in commands) + "```"

    text = _BLOCK.sub(block, text)
    text = _RULES.sub(f"<!-- rules -->\n{rule_table()}<!-- /rules -->", text)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    rewrite()
