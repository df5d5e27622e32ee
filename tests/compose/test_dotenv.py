"""`.env` files, as compose was observed to read them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.compose.dotenv import (
    DotenvError,
    default_env_file,
    parse_dotenv,
    read_env_files,
)
from manager.compose.values import ProblemKind, ReadProblem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=8 # x\nB=1#2", {"A": "8", "B": "1#2"}),
        ("A=\"8\" # x\nB='1'#2\n", {"A": "8", "B": "1"}),
        ('A="8" B=1\n', {"A": "8", "B": "1"}),
        ("A: 8\nB:1", {"A": "8", "B": "1"}),
        ("export A=8\nexport\tB=1", {"A": "8", "B": "1"}),
        ("\r\nA=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("B=2\nA=${B}\nB=3\n", {"A": "2", "B": "3"}),
        ("B=2\nA='${B}'\n", {"A": "${B}", "B": "2"}),
        ('A="${B}" \nB=2\n', {"A": "", "B": "2"}),
        ("A=${OUT}\nOUT=2\n", {"A": "1", "OUT": "2"}),
        ('A="\\070"', {"A": "\\70"}),
        ('A="\\0070"', {"A": "8"}),
        ('A="a\\nb\\"c\\$d"', {"A": 'a\nb"c$d'}),
        ("A", {}),
        ("OUT\nA=1", {"OUT": "1", "A": "1"}),
        ("# nothing\n\n", {}),
        ("=5\nA=1", {"": "5", "A": "1"}),
        ("a.b-[c]=5", {"a.b-[c]": "5"}),
    ],
)
def test_reads(text: str, found: dict[str, str]) -> None:
    assert parse_dotenv(text, {"OUT": "1"}) == found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A B=1\n", 1),
        ("A=1\nA?=1\n", 2),
        ('A="8\n', 1),
        ("A=${B:?x}\n", 1),
        ("A=${\n", 1),
        ("export ", 1),
    ],
)
def test_refuses(text: str, line: int) -> None:
    with pytest.raises(DotenvError) as caught:
        parse_dotenv(text, {})
    assert caught.value.line == line


def test_later_files_win_and_the_environment_before_them(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("P=1\nQ=1\n")
    (tmp_path / "b.env").write_text("P=2\nR=${Q}${S}\nS=9\n")
    problems: list[ReadProblem] = []
    paths = [str(tmp_path / name) for name in ("a.env", "b.env")]
    assert read_env_files(paths, {"S": "5"}, problems.append) == {
        "P": "2",
        "Q": "1",
        "R": "15",
        "S": "9",
    }
    assert not problems


def test_tells_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bad.env").write_text("A?=1\n")
    problems: list[ReadProblem] = []
    paths = [str(tmp_path / name) for name in ("none.env", "bad.env")]
    assert read_env_files(paths, {}, problems.append) == {}
    assert [problem.kind for problem in problems] == [ProblemKind.ENV_FILE] * 2
    assert all(problem.fatal for problem in problems)


def test_bytes_that_are_no_text_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfB=\xff\nA=1")
    problems: list[ReadProblem] = []
    found = read_env_files(default_env_file(str(tmp_path)), {}, problems.append)
    assert found["A"] == "1"
    assert not problems


def test_a_folder_named_env_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert default_env_file(str(tmp_path)) == ()


def attempt(text: str) -> dict[str, str] | DotenvError:
    try:
        return parse_dotenv(text, {"A": "1"})
    except DotenvError as error:
        return error


@given(st.text(max_size=60))
def test_every_text_is_read_or_refused(text: str) -> None:
    found = attempt(text)
    if isinstance(found, DotenvError):
        assert found.line >= 1
    else:
        assert all("\n" not in name for name in found)
