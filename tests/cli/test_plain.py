"""Names that are read without a parser are read as a parser reads them."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from manager.cli.main import COMMANDS
from manager.cli.options import add_global_options
from manager.cli.parser import parse
from manager.cli.plain import Names, read_names
from manager.errors import InvalidInput

WORDS = [[], ["a"], ["a", "b c"], ["--"], ["--", "a", "-x"], ["--", "--", "-"], ["", "a"]]


def command(name: str) -> Any:
    return importlib.import_module(f"manager.cli.commands.{name}")


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize("name", COMMANDS)
def test_as_a_parser_reads_them(name: str, words: list[str]) -> None:
    read = read_names(words, command(name).add_arguments, add_global_options)
    if read is not None:
        assert vars(read) == vars(parse(name, command(name), words))


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_check_reads_all_of_these_without_one(words: list[str]) -> None:
    assert read_names(words, command("check").add_arguments, add_global_options) is not None


@pytest.mark.parametrize("name", ["check", "ls", "doctor", "history", "scan"])
def test_so_do_these_without_a_word(name: str) -> None:
    assert read_names([], command(name).add_arguments, add_global_options) is not None


@pytest.mark.parametrize("words", [["-v"], ["a", "--fix"], ["-"], ["a", "--", "b"]])
def test_what_begins_with_a_dash_takes_a_parser(words: list[str]) -> None:
    assert read_names(words, command("check").add_arguments) is None


def test_what_more_is_said_of_takes_a_parser() -> None:
    def need(**said: Any) -> bool:
        names = Names()
        names.add_argument(*said.pop("names", ["what"]), **said)
        return names.read(["1"]) is None and names.read([]) is None

    assert need()
    assert need(nargs="+")
    assert need(nargs="*", type=int)
    assert need(nargs="*", choices=("1",))
    assert need(names=["--what"], required=True)
    assert not need(nargs="*", metavar="WHAT", help="this")


def test_one_of_several_must_be_given() -> None:
    names = Names()
    names.add_mutually_exclusive_group(required=True).add_argument("--a", action="store_true")
    assert names.read([]) is None


@pytest.mark.parametrize("words", [["a"], ["--"]])
def test_what_is_too_much_is_refused_as_ever(words: list[str]) -> None:
    assert read_names(words, command("doctor").add_arguments) is None
    with pytest.raises(InvalidInput, match=f"unrecognized arguments: {words[0]}"):
        parse("doctor", command("doctor"), words)
