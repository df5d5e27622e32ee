"""Work that is shared among processes comes out as if one had done it, and leaves none behind."""

import os
import pickle
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from manager.compose.runner import LEAST_SHARE, Options, Run
from manager.compose.sharing import shared
from manager.errors import ComposeError, InvalidInput


@pytest.fixture(autouse=True)
def _leaves_no_process() -> Iterator[None]:
    before = {child.pid for child in psutil.Process().children()}
    yield
    assert {child.pid for child in psutil.Process().children()} <= before


def _with_pid(items: Sequence[int]) -> tuple[int, list[int]]:
    return os.getpid(), [item * item for item in items]


@pytest.mark.parametrize(
    ("count", "processes", "parts"), [(7, 3, 3), (4, 2, 2), (5, 4, 3), (3, 1, 1), (2, 9, 2)]
)
def test_each_part_has_a_process_and_the_order_stays(
    count: int, processes: int, parts: int
) -> None:
    found = shared(_with_pid, range(count), processes)
    assert [value for _, values in found for value in values] == [n * n for n in range(count)]
    assert len({pid for pid, _ in found}) == len(found) == parts
    assert found[0][0] == os.getpid()


def test_more_than_a_pipe_holds_comes_back() -> None:
    found = shared(lambda items: ["x" * 1_000_000 for _ in items], range(4), 2)
    assert [len(text) for part in found for text in part] == [1_000_000] * 4


def test_what_a_killed_process_leaves_is_done_here() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return list(items)

    assert shared(work, range(6), 3) == [[0, 1], [2, 3], [4, 5]]


def test_an_error_in_another_part_is_raised_here() -> None:
    def work(items: Sequence[int]) -> int:
        return 6 // (3 - max(items))

    with pytest.raises(ZeroDivisionError):
        shared(work, range(4), 2)


def test_who_interrupts_waits_for_nobody() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> int:
        if os.getpid() == here:
            raise KeyboardInterrupt
        signal.pause()
        return len(items)

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        shared(work, range(4), 2)
    assert time.monotonic() - begin < 10


def test_where_no_process_can_be_had_one_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    found = shared(_with_pid, range(4), 2)
    assert found == [(os.getpid(), [0, 1]), (os.getpid(), [4, 9])]


def test_a_shared_check_says_what_one_process_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(2 * LEAST_SHARE):
        # Every third one collides with its neighbours in other parts too; some are silenced.
        port = 8000 + (number % 3 and number)
        silent = "  # pmap: ignore" if number % 10 == 9 else ""
        items = f"      - {port}:80{silent}\n      - '[::1]:${{NOT_SET}}:81'\n      - oops:1\n"
        folder = Path(f"p{number:03}")
        folder.mkdir()
        (folder / "compose.yaml").write_text(f"services:\n  web:\n    ports:\n{items}")
    (Path("p007") / "compose.yaml").write_text("services: [")
    alone = Run(Options(paths=["."])).execute()
    several = Run(Options(paths=["."], processes=3)).execute()
    assert {finding.rule for finding in alone.findings} >= {"PM001", "PM008", "PM009", "PM010"}
    assert several == alone
    assert list(several.sources) == list(alone.sources)


def many_projects(count: int) -> list[str]:
    """The paths of that many projects in the current folder."""
    paths = []
    for number in range(count):
        folder = Path(f"p{number:03}")
        folder.mkdir()
        port = 8000 + (number % 3 and number)
        file = folder / "compose.yaml"
        file.write_text(f"services:\n  web:\n    ports:\n      - {port}:80\n")
        paths.append(str(file))
    return paths


def test_many_paths_are_shared_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = many_projects(2 * LEAST_SHARE)
    (Path("p003") / "compose.override.yaml").write_text("services:\n  web:\n    ports: ['1:80']\n")
    alone = Run(Options(paths=paths)).execute()
    assert {finding.rule for finding in alone.findings} >= {"PM009", "PM101"}
    assert Run(Options(paths=paths, processes=2)).execute() == alone


def test_a_project_named_in_two_parts_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    paths = many_projects(2 * LEAST_SHARE)
    again = [*paths, str(Path("p000").absolute() / "compose.yaml"), "p001"]
    alone = Run(Options(paths=again)).execute()
    assert Run(Options(paths=again, processes=2)).execute() == alone
    assert len(alone.findings) == len(Run(Options(paths=paths)).execute().findings)


@pytest.mark.parametrize("at", [0, LEAST_SHARE, 2 * LEAST_SHARE])
def test_a_path_that_is_missing_is_named(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    paths = many_projects(2 * LEAST_SHARE)
    paths.insert(at, "nowhere.yaml")
    with pytest.raises(ComposeError, match="does not exist") as caught:
        Run(Options(paths=paths, processes=2)).execute()
    assert caught.value.file == "nowhere.yaml"


def test_folders_without_a_project_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    with pytest.raises(InvalidInput, match="no compose file in empty, empty"):
        Run(Options(paths=["empty"] * 2 * LEAST_SHARE, processes=2)).execute()


def test_what_a_part_brings_can_be_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be is done here once more: right, and slow."""
    monkeypatch.chdir(tmp_path)
    Path("pmap.toml").write_text('severity = { PM101 = "warning" }\nopen = ["web:8001"]\n')
    paths = many_projects(4)
    for governed in (paths, [str(tmp_path / paths[0])]):
        found = Run(Options(paths=governed))._find_and_read(governed)
        again = pickle.loads(pickle.dumps(found))
        assert again[1].findings == found[1].findings
        assert [t.config for t in again[0]] == [t.config for t in found[0]]
    Path("pmap.toml").unlink()
    assert pickle.loads(pickle.dumps(Run(Options(paths=paths))._find_and_read(paths)))
