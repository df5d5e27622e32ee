"""The journal on disk: private, durable, told apart when damaged, one change at a time."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.errors import ChangeInProgress, EngineError, InvalidInput, PmapError
from manager.host.history_file import append_line, read_lines
from manager.host.journal_file import JournalFile
from manager.host.state_dir import default_state_dir, state_dir
from manager.interfaces import Journal


@pytest.fixture
def journal(tmp_path: Path) -> JournalFile:
    return JournalFile(tmp_path / "state" / "pmap")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_entry_comes_back_as_it_was_saved(journal: JournalFile) -> None:
    as_asked: Journal = journal
    entry = {"phase": "begin", "old": {"Env": ["PASSWORD=ü\x00"], "n": None}}
    as_asked.save("t1", entry)
    assert as_asked.open_entries() == (entry,)
    as_asked.save("t1", {"phase": "created"})
    assert as_asked.open_entries() == ({"phase": "created"},)


def test_nobody_else_may_read_it_whatever_the_umask(journal: JournalFile) -> None:
    before = os.umask(0)
    try:
        journal.save("t1", {})
        journal.close("t0", {"name": "web"})
        with journal.lock("engine"):
            pass
    finally:
        os.umask(before)
    paths = [journal.folder, *journal.folder.rglob("*")]
    assert {p.name: mode(p) for p in paths if p.is_dir()} == {
        "pmap": 0o700,
        "txn": 0o700,
        "lock": 0o700,
    }
    assert {mode(p) for p in paths if p.is_file()} == {0o600}


def test_a_log_is_kept_whole_or_not_at_all(journal: JournalFile) -> None:
    path = Path(journal.keep_log("t1", "web.1_a-b", iter([b"one\n", b"two\n"])))
    assert path == journal.folder / "logs" / "web.1_a-b-t1.log"
    assert path.read_bytes() == b"one\ntwo\n"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)

    def cut() -> Iterator[bytes]:
        yield b"new\n"
        raise EngineError("the connection was cut")

    with pytest.raises(EngineError, match="cut"):
        journal.keep_log("t1", "web.1_a-b", cut())
    assert [p.read_bytes() for p in path.parent.iterdir()] == [b"one\ntwo\n"]
    assert journal.keep_log("t1", "web.1_a-b", [b"again"]) == str(path)
    assert path.read_bytes() == b"again"
    assert Path(journal.keep_log("t1", "x" * 300, [])).exists()


@pytest.mark.parametrize("name", ["", "../web", "a/b", "-web", "web\n", "."])
def test_a_log_goes_nowhere_else(journal: JournalFile, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be the name of a file"):
        journal.keep_log("t1", name, [b"x"])
    assert not journal.folder.exists()


def test_a_folder_that_is_open_to_others_is_closed_before_it_is_used(journal: JournalFile) -> None:
    (journal.folder / "txn").mkdir(parents=True)
    (journal.folder / "txn").chmod(0o755)
    journal.folder.chmod(0o777)
    journal.save("t1", {})
    assert mode(journal.folder) == mode(journal.folder / "txn") == 0o700


def test_a_folder_of_somebody_else_or_a_link_is_refused(journal: JournalFile) -> None:
    elsewhere = journal.folder.parent / "elsewhere"
    elsewhere.mkdir(parents=True)
    journal.folder.symlink_to(elsewhere)
    with pytest.raises(PmapError, match="not a private folder") as refused:
        journal.save("t1", {"secret": 1})
    assert "XDG_STATE_HOME" in refused.value.hint
    assert list(elsewhere.iterdir()) == []


def test_open_entries_are_in_the_order_of_their_first_save(journal: JournalFile) -> None:
    for tx in ("b", "a", "c"):
        journal.save(tx, {"tx": tx})
    journal.save("b", {"tx": "b", "again": True})
    assert [entry["tx"] for entry in journal.open_entries()] == ["b", "a", "c"]


def test_closing_leaves_history_and_no_secrets(journal: JournalFile) -> None:
    journal.save("t1", {"Env": ["PASSWORD=hunter2"]})
    journal.close("t1", {"name": "web"})
    journal.save("t2", {"Env": ["PASSWORD=hunter2"]})
    journal.discard("t2")
    journal.discard("t2")
    assert journal.open_entries() == ()
    assert journal.history() == ({"name": "web", "tx": "t1"},)
    files = [p for p in journal.folder.rglob("*") if p.is_file()]
    assert [p.name for p in files] == ["history.jsonl"]
    assert b"hunter2" not in files[0].read_bytes()


def test_closing_twice_is_one_change_in_the_history(journal: JournalFile) -> None:
    journal.close("t1", {"status": "applied"})
    journal.close("t2", {"status": "applied"})
    journal.close("t1", {"status": "recovered"})
    assert [(h["tx"], h["status"]) for h in journal.history()] == [
        ("t2", "applied"),
        ("t1", "recovered"),
    ]


def test_nothing_is_made_by_looking(journal: JournalFile) -> None:
    assert journal.open_entries() == journal.history() == ()
    assert not journal.folder.exists()


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"tx": ', b"\xff", b"[" * 100_000])
def test_a_damaged_entry_is_told_not_passed_over(journal: JournalFile, damage: bytes) -> None:
    journal.save("good", {"tx": "good"})
    (journal.folder / "txn" / "bad.json").write_bytes(damage)
    good, bad = sorted(journal.open_entries(), key=lambda entry: "corrupt" in entry)
    assert good == {"tx": "good"}
    assert bad["tx"] == "bad"
    assert "bad.json" in bad["corrupt"]


@pytest.mark.parametrize("tx", ["", "../x", "a/b", ".hidden", "a\nb", "x" * 65])
def test_ids_that_are_no_file_names_are_refused(journal: JournalFile, tx: str) -> None:
    with pytest.raises(InvalidInput):
        journal.save(tx, {})
    assert not journal.folder.exists()


@pytest.mark.parametrize(
    ("configured", "home", "folder"),
    [
        ("/var/somewhere", "/home/x", "/var/somewhere/pmap"),
        ("relative/folder", "/home/x", "/home/x/.local/state/pmap"),
        ("", "/home/x", "/home/x/.local/state/pmap"),
        ("", "~", "/var/tmp/pmap-1234"),
    ],
)
def test_state_lives_where_the_specification_says(configured: str, home: str, folder: str) -> None:
    assert state_dir({"XDG_STATE_HOME": configured}, home, 1234) == Path(folder)
    assert default_state_dir().is_absolute()


def test_temporary_files_of_long_ago_are_swept(journal: JournalFile) -> None:
    journal.save("t1", {})
    left = journal.folder / "txn" / ".t9.json.tmp"
    left.write_bytes(b"secret")
    with journal.lock("engine"):
        assert left.exists()
    with JournalFile(journal.folder, now=lambda: time.time() + 7200).lock("engine"):
        assert not left.exists()


@given(
    records=st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20)), max_size=6),
    torn=st.integers(min_value=0, max_value=200),
)
def test_a_torn_history_loses_no_other_line(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, str]], torn: int
) -> None:
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    for record in records:
        append_line(path, record)
    content = path.read_bytes() if records else b""
    kept = content[: max(0, len(content) - torn)]
    path.write_bytes(kept)
    # A line is whole exactly when it is one of those written: a brace may end a torn one too.
    written = content.split(b"\n")
    lines = [line for line, old in zip(kept.split(b"\n"), written, strict=False) if line == old]
    whole = [json.loads(line) for line in lines if line]
    append_line(path, {"last": "one"})
    assert read_lines(path) == [*whole, {"last": "one"}]


def test_a_full_disk_is_said_and_the_last_state_is_kept(journal: JournalFile) -> None:
    """A child with a limit on the size of files meets the same error as on a full disk."""
    journal.save("t1", {"phase": "begin"})
    journal.close("t0", {"name": "web"})
    script = """
import pathlib, resource, signal, sys
from manager.errors import PmapError
from manager.host.journal_file import JournalFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
journal = JournalFile(pathlib.Path(sys.argv[1]))
for act in (journal.save, journal.close):
    try:
        act("t1", {"body": "x" * 5000})
    except PmapError as error:
        print(error.message, "|", error.hint)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(journal.folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout.splitlines()
    assert len(said) == 2
    assert all(re.search(r"cannot be written, .*kept \| free some space", line) for line in said)
    assert journal.open_entries() == ({"phase": "begin"},)
    assert journal.history() == ({"name": "web", "tx": "t0"},)
    assert [p.name for p in (journal.folder / "txn").iterdir()] == ["t1.json"]


HOLD = """
import os, pathlib, sys
from manager.host.journal_file import JournalFile
with JournalFile(pathlib.Path(sys.argv[1])).lock(sys.argv[2]) as fd:
    if sys.argv[3] == "with-watchdog" and os.fork() == 0:
        os.close(1)
        sys.stdin.read()
        os._exit(0)
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(journal: JournalFile, kind: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(journal.folder), "unix:///x y", kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_the_lock_excludes_other_processes_and_names_them(journal: JournalFile) -> None:
    with holder(journal, "alone") as child:
        with (
            pytest.raises(ChangeInProgress, match=rf"process {child.pid} "),
            journal.lock("unix:///x y"),
        ):
            raise AssertionError("given twice")
        with journal.lock("another engine") as fd:
            assert os.get_inheritable(fd)
        child.kill()
        child.wait()
    with journal.lock("unix:///x y") as fd:
        assert fd > 2


def test_a_watchdog_holds_the_lock_after_its_parent_was_killed(journal: JournalFile) -> None:
    with holder(journal, "with-watchdog") as child:
        child.kill()
        child.wait()
        with pytest.raises(ChangeInProgress, match="watchdog"), journal.lock("unix:///x y"):
            raise AssertionError("the watchdog did not hold it")
        assert child.stdin is not None
        child.stdin.close()  # the watchdog sees the end of its input, and ends
        deadline = time.monotonic() + 10
        while True:
            try:
                with journal.lock("unix:///x y"):
                    break
            except ChangeInProgress:
                assert time.monotonic() < deadline


def test_a_lock_file_without_a_note_still_refuses(journal: JournalFile) -> None:
    with holder(journal, "alone") as child:
        for path in (journal.folder / "lock").iterdir():
            path.write_text("no json")
        with pytest.raises(ChangeInProgress, match="another pmap"), journal.lock("unix:///x y"):
            raise AssertionError("given twice")
        child.kill()
