"""Writing a user's file: whole or not at all, and everything else about it stays."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from manager.errors import InvalidInput
from manager.host.clock import SystemClock
from manager.host.files import LocalFiles
from manager.interfaces import Clock, Files

OLD, NEW = b"services: {}\r\n", b"services:\r\n  web: {}\r\n"
ROOT = os.geteuid() == 0


@pytest.fixture
def files() -> Files:
    return LocalFiles()


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    path = tmp_path / "compose.yaml"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def nothing_left(tmp_path: Path) -> Iterator[None]:
    before = {p.name for p in tmp_path.iterdir()}
    yield
    assert {p.name for p in tmp_path.iterdir()} - before <= {"compose.yaml", "new.yaml"}


pytestmark = pytest.mark.usefixtures("nothing_left")


def test_the_content_is_replaced_and_the_mode_kept(files: Files, compose: Path) -> None:
    compose.chmod(0o640)
    files.write(str(compose), NEW, expected=OLD)
    assert files.read(str(compose)) == NEW
    assert stat.S_IMODE(compose.stat().st_mode) == 0o640


def test_a_new_file_obeys_the_umask(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    before = os.umask(0o027)
    try:
        files.write(str(path), NEW)
    finally:
        os.umask(before)
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_links_stay_links(files: Files, compose: Path) -> None:
    folder = compose.parent / "shared"
    folder.mkdir()
    real = folder / "real.yaml"
    real.write_bytes(OLD)
    compose.unlink()
    compose.symlink_to("shared/real.yaml")
    files.write(str(compose), NEW, expected=OLD)
    assert compose.is_symlink()
    assert os.readlink(compose) == "shared/real.yaml"
    assert real.read_bytes() == NEW
    assert [p.name for p in folder.iterdir()] == ["real.yaml"]
    real.unlink()
    folder.rmdir()


def test_extended_attributes_and_owner_are_kept(files: Files, compose: Path) -> None:
    os.setxattr(compose, "user.origin", b"hand-made")
    if ROOT:
        os.chown(compose, 1234, 2345)
    files.write(str(compose), NEW)
    assert os.getxattr(compose, "user.origin") == b"hand-made"
    facts = compose.stat()
    assert (facts.st_uid, facts.st_gid) == ((1234, 2345) if ROOT else (os.getuid(), os.getgid()))


def test_what_somebody_else_wrote_meanwhile_is_not_lost(files: Files, compose: Path) -> None:
    compose.write_bytes(b"mine\n")
    with pytest.raises(InvalidInput, match="meanwhile") as refused:
        files.write(str(compose), NEW, expected=OLD)
    assert refused.value.hint
    assert compose.read_bytes() == b"mine\n"
    compose.unlink()
    with pytest.raises(InvalidInput, match="meanwhile"):
        files.write(str(compose), NEW, expected=OLD)
    assert not compose.exists()


def test_a_file_is_removed_only_while_it_holds_what_is_expected(
    files: Files, compose: Path
) -> None:
    with pytest.raises(InvalidInput, match="meanwhile, so it stays") as refused:
        files.remove(str(compose), expected=NEW)
    assert refused.value.hint.endswith(f"rm {compose}")
    assert compose.read_bytes() == OLD
    files.remove(str(compose), expected=OLD)
    assert not compose.exists()
    files.remove(str(compose), expected=OLD)
    with pytest.raises(InvalidInput, match="cannot be removed"):
        files.remove(str(compose.parent), expected=OLD)


def test_read_only_files_are_refused_to_root_too(files: Files, compose: Path) -> None:
    compose.chmod(0o444)
    with pytest.raises(InvalidInput, match="read-only"):
        files.write(str(compose), NEW)
    with pytest.raises(InvalidInput, match="read-only") as refused:
        files.check_writable(str(compose))
    assert refused.value.hint == f"chmod u+w {compose}"
    assert compose.read_bytes() == OLD


def test_what_can_be_written_is_not_touched_by_asking(files: Files, compose: Path) -> None:
    before = compose.stat()
    files.check_writable(str(compose))
    files.check_writable(str(compose.parent / "new.yaml"))
    assert os.listdir(compose.parent) == [compose.name]
    assert compose.stat() == before


def test_a_file_with_another_name_is_not_cut_off_from_it(files: Files, compose: Path) -> None:
    other = compose.parent / "other.yaml"
    os.link(compose, other)
    with pytest.raises(InvalidInput, match="2 hard links"):
        files.write(str(compose), NEW)
    with pytest.raises(InvalidInput, match="2 hard links"):
        files.check_writable(str(compose))
    assert other.read_bytes() == compose.read_bytes() == OLD
    other.unlink()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/new.yaml", "no such file"),
        ("compose.yaml/x", "not a directory"),
        ("nul\0.yaml", "null"),
        (".", "directory|regular"),
    ],
)
def test_paths_that_cannot_be_used_are_refused(
    files: Files, compose: Path, name: str, reason: str
) -> None:
    path = os.path.join(compose.parent, name)
    with pytest.raises(InvalidInput, match=reason):
        files.write(path, NEW)
    with pytest.raises(InvalidInput):
        files.check_writable(path)
    with pytest.raises(InvalidInput) as refused:
        files.read(path)
    assert refused.value.hint.startswith("ls -ld ")


def test_a_full_disk_leaves_the_file_as_it_was(compose: Path) -> None:
    script = """
import resource, signal, sys
from manager.errors import InvalidInput
from manager.host.files import LocalFiles
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    LocalFiles().write(sys.argv[1], b"x" * 500)
except InvalidInput as error:
    print(error.message)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(compose)], capture_output=True, text=True, check=True
    )
    assert "cannot be written, file too large" in done.stdout
    assert compose.read_bytes() == OLD


def test_killed_writers_leave_one_content_or_the_other(tmp_path: Path, compose: Path) -> None:
    """A reader beside a writer that is killed sees whole contents only."""
    script = """
import sys
from manager.host.files import LocalFiles
files, n = LocalFiles(), 0
print("go", flush=True)
while True:
    n += 1
    files.write(sys.argv[1], bytes([65 + n % 26]) * 50000)
"""
    compose.write_bytes(b"A" * 50000)
    for reads in range(1, 13):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(compose)], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            for _ in range(reads * 7):
                seen = compose.read_bytes()
                assert len(seen) == 50000
                assert len(set(seen)) == 1
            child.kill()
    for left in tmp_path.glob(".compose.yaml.pmap-*"):
        left.unlink()


def test_the_clock_goes_on(files: Files) -> None:
    clock: Clock = SystemClock()
    before = clock.monotonic()
    clock.wait(0.01)
    clock.wait(-1)
    assert 0.01 <= clock.monotonic() - before < 5
    assert clock.now() > 1_700_000_000
