"""Which changes of a writable layer are not the engine's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.engine.layer import changes_that_matter, mount_points, raw_changes
from manager.interfaces import LayerChange

MODIFIED, ADDED, DELETED = 0, 1, 2
PATHS = st.lists(
    st.sampled_from(["etc", "srv", "tmp", "run", "data", "x.pid", "a"]), min_size=1
).map(lambda parts: "/" + "/".join(parts))


def told(*changes: tuple[str, int], record: dict[str, Any] | None = None) -> list[str]:
    raw = [{"Path": path, "Kind": kind} for path, kind in changes]
    found = changes_that_matter(raw_changes(raw), record or {})
    return [f"{change.kind} {change.path}" for change in found]


def mounted(*targets: str, tmpfs: str = "") -> dict[str, Any]:
    return {
        "Mounts": [{"Destination": target} for target in targets],
        "HostConfig": {"Tmpfs": {tmpfs: ""} if tmpfs else None},
    }


def test_folders_on_the_way_to_a_change_are_not_changes() -> None:
    found = told(("/etc", MODIFIED), ("/etc/app", MODIFIED), ("/etc/app/conf", MODIFIED))
    assert found == ["modified /etc/app/conf"]


def test_a_folder_that_changed_itself_is_one() -> None:
    assert told(("/srv", MODIFIED)) == ["modified /srv"]


def test_a_new_folder_stands_for_what_is_in_it() -> None:
    found = told(("/srv", MODIFIED), ("/srv/new", ADDED), ("/srv/new/a", ADDED))
    assert found == ["added /srv/new"]


def test_the_way_to_a_mount_is_the_engines_own() -> None:
    changes = [("/srv", ADDED), ("/srv/deep", ADDED), ("/srv/deep/data", ADDED)]
    assert told(*changes, record=mounted("/srv/deep/data/")) == []
    more = [*changes, ("/srv/mine", ADDED), ("/srv/deep/data/inside", ADDED)]
    assert told(*more, record=mounted("/srv/deep/data")) == ["added /srv/mine"]


def test_folders_that_the_engine_made_for_its_own_files_are_not_changes() -> None:
    """Seen with --init on an image without /sbin, and with images made from scratch."""
    assert told(("/sbin", ADDED), ("/sbin/docker-init", ADDED)) == []
    made = [("/etc", ADDED), ("/etc/hosts", ADDED), ("/etc/mtab", ADDED), ("/dev", ADDED)]
    assert told(*made) == []
    assert told(*made, ("/etc/mine", ADDED)) == ["added /etc/mine"]


def test_tmpfs_is_a_mount_too() -> None:
    assert told(("/scratch", ADDED), record=mounted(tmpfs="/scratch")) == []


@pytest.mark.parametrize(
    "path",
    [
        *("/.dockerenv", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev/console"),
        *("/proc/x", "/sys/x"),
    ],
)
def test_what_the_engine_has_made(path: str) -> None:
    assert told((path, ADDED)) == []
    assert told((f"/data{path}.kept", ADDED)) == [f"added /data{path}.kept"]


@pytest.mark.parametrize(
    ("above", "path"),
    [("/var", "/var/run/x"), ("/var", "/var/cache/apt"), ("/root", "/root/.cache/pip")],
)
def test_what_nobody_would_miss_is_told_apart_from_what_is_beside_it(above: str, path: str) -> None:
    """An image may have none of these folders; a new one would be somebody's data as a whole."""
    found = told((above, ADDED), (path, ADDED), (f"{above}/data", ADDED))
    assert found == sorted([f"added {path}", f"added {above}/data"])


def test_deletions_are_told_also_of_folders() -> None:
    found = told(("/www", DELETED), ("/etc", MODIFIED), ("/etc/group", DELETED))
    assert found == ["deleted /etc/group", "deleted /www"]


@given(st.dictionaries(PATHS, st.integers(0, 2)))
def test_what_is_told_was_there_and_is_below_no_mount(changes: dict[str, int]) -> None:
    record = mounted("/data")
    raw = raw_changes([{"Path": path, "Kind": kind} for path, kind in changes.items()])
    found = changes_that_matter(raw, record)
    assert set(found) <= set(raw)
    assert list(found) == sorted(found, key=lambda change: change.path)
    assert not any(f"{change.path}/".startswith("/data/") for change in found)


@pytest.mark.parametrize("answer", [None, [], {}, [None], "x"])
def test_nothing_is_no_change(answer: object) -> None:
    assert all(change.path == "" for change in raw_changes(answer))


def test_mount_points_are_named_once() -> None:
    assert mount_points(mounted("/a/", "/a", "", "/b", tmpfs="/c")) == ("/a", "/b", "/c")


def test_an_unknown_kind_is_a_modification() -> None:
    assert raw_changes([{"Path": "/x", "Kind": 9}]) == (LayerChange("/x", "modified"),)
