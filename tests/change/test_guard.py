"""The watchdog as a process: it comes, it says what is wrong, it goes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_engines import LiveEngine

from manager.change.deps import Watch
from manager.engine.connection import resolve_endpoint
from manager.errors import PmapError
from manager.guard import ProcessGuard


def guard_of(host: str, folder: Path) -> ProcessGuard:
    return ProcessGuard(resolve_endpoint(None, host, {}), folder)


def test_it_says_that_the_engine_does_not_answer(tmp_path: Path) -> None:
    guard = guard_of(f"unix://{tmp_path}/none.sock", tmp_path)
    with guard.arm("t1", -1) as watch, pytest.raises(PmapError, match="does not stand by"):
        watch.ready()


def test_it_is_called_off_before_it_has_loaded(tmp_path: Path) -> None:
    begun = time.monotonic()
    with guard_of(f"unix://{tmp_path}/none.sock", tmp_path).arm("t1", -1):
        pass
    assert time.monotonic() - begun < 5


def test_it_holds_the_lock_with_its_parent(live_engine: LiveEngine, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("wb") as held, path.open("rb") as other:
        fcntl.flock(held, fcntl.LOCK_EX)
        with guard_of(live_engine.host, tmp_path).arm("t1", held.fileno()) as watch:
            watch.ready()
            watch.ready()
            held.close()
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX)


def test_it_leaves_no_half_of_an_entry(live_engine: LiveEngine, tmp_path: Path) -> None:
    half = tmp_path / "txn" / ".t1.json.tmp"
    half.parent.mkdir(mode=0o700)
    half.write_text('{"secret":')

    def die_while_writing(watch: Watch) -> None:
        watch.ready()
        raise RuntimeError

    with pytest.raises(RuntimeError), guard_of(live_engine.host, tmp_path).arm("t1", -1) as watch:
        die_while_writing(watch)
    assert list(half.parent.iterdir()) == []


def test_it_is_not_led_astray_by_the_folder_that_one_is_in(tmp_path: Path) -> None:
    """A folder `manager` beside somebody's compose file must never be what root runs."""
    (tmp_path / "manager").mkdir()
    trap = tmp_path / "manager" / "__init__.py"
    trap.write_text("import pathlib; pathlib.Path('sprung').touch()")
    root = Path(__file__).resolve().parents[2]
    script = (
        f"import sys; sys.path.insert(0, {str(root)!r})\n"
        "import manager.guard as g; from manager.engine.endpoint import Endpoint\n"
        "from pathlib import Path\n"
        "with g.ProcessGuard(Endpoint('unix:///none.sock'), Path('.')).arm('t1', -1) as watch:\n"
        "    try: watch.ready()\n"
        "    except g.PmapError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
    )
    assert "does not stand by" in done.stdout
    assert not (tmp_path / "sprung").exists()
