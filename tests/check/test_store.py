"""A user's file is replaced whole or not at all, and stays the file that it was."""

import os
import stat
from pathlib import Path

import pytest

from manager.compose.store import replace_file
from manager.errors import InvalidInput


def _leftovers(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if ".pmap-" in name]


def test_writes_the_bytes_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    replace_file(str(path), b"\xef\xbb\xbfa\r\nb", expected=b"old")
    assert path.read_bytes() == b"\xef\xbb\xbfa\r\nb"
    assert _leftovers(tmp_path) == []


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_keeps_the_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    path.chmod(mode)
    replace_file(str(path), b"new", expected=b"old")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_keeps_owner_and_group_or_refuses(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    if os.geteuid() == 0:
        os.chown(path, 12345, 12346)
    before = path.stat()
    replace_file(str(path), b"new", expected=b"old")
    assert (path.stat().st_uid, path.stat().st_gid) == (before.st_uid, before.st_gid)


def test_keeps_extended_attributes(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    os.setxattr(path, "user.origin", b"team")
    replace_file(str(path), b"new", expected=b"old")
    assert os.getxattr(path, "user.origin") == b"team"


def test_follows_symbolic_links_and_leaves_them_links(tmp_path: Path) -> None:
    target = tmp_path / "real" / "compose.yaml"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link = tmp_path / "compose.yaml"
    link.symlink_to(Path("real") / "compose.yaml")
    replace_file(str(link), b"new", expected=b"old")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_refuses_a_read_only_file_even_as_root(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(InvalidInput, match="read-only") as refused:
        replace_file(str(path), b"new", expected=b"old")
    assert "chmod" in refused.value.hint
    assert path.read_bytes() == b"old"


def test_refuses_what_changed_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"theirs")
    with pytest.raises(InvalidInput, match="changed by somebody else"):
        replace_file(str(path), b"new", expected=b"old")
    assert path.read_bytes() == b"theirs"
    assert _leftovers(tmp_path) == []


def test_refuses_what_is_not_a_file(tmp_path: Path) -> None:
    fifo = tmp_path / "compose.yaml"
    os.mkfifo(fifo)
    with pytest.raises(InvalidInput, match="not a regular file"):
        replace_file(str(fifo), b"new", expected=b"")


def test_says_so_when_the_file_is_gone(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        replace_file(str(tmp_path / "compose.yaml"), b"new", expected=b"")
    assert os.listdir(tmp_path) == []
