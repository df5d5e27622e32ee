"""The contract: what the writable layer holds, and that a copy brings it over."""

from __future__ import annotations

import pytest
from engine_rig import DB, LiveRig, MemoryRig, Rig

from manager.change.layer import worth_keeping
from manager.engine.memory_admin import write
from manager.errors import EngineError
from manager.interfaces import LayerChange

ADDED = [LayerChange("/etc/app.conf", "added")]


def test_an_untouched_container_has_no_changes(rig: Rig) -> None:
    container_id = rig.run("clean", DB, host={"Binds": [f"{rig.name('v')}:/deep/down"]})
    assert rig.engine.layer_changes(container_id) == ()
    rig.engine.stop(container_id, timeout=1)
    assert rig.engine.layer_changes(container_id) == ()


def test_what_nobody_would_miss_is_told_by_itself(rig: Rig) -> None:
    container_id = rig.create("noisy", DB)
    for path in ("/tmp/a", "/run/app.pid", "/srv.pid", "/var/cache/x", "/root/.cache/y"):
        rig.write(container_id, path, b"x")
    changes = rig.engine.layer_changes(container_id)
    assert len(changes) == 5
    assert worth_keeping(changes) == ()
    target = rig.create("target", DB)
    rig.engine.copy_layer(container_id, target, [change.path for change in changes])
    assert rig.engine.layer_changes(target) == changes


def test_what_was_written_is_told(rig: Rig) -> None:
    container_id = rig.create("written")
    rig.write(container_id, "/etc/app.conf", b"port=80\n")
    rig.write(container_id, "/var/lib/data-of-mine", b"x")
    paths = [change.path for change in rig.engine.layer_changes(container_id)]
    assert "/etc/app.conf" in paths
    assert any(path.startswith("/var") for path in paths)
    assert all(change.kind == "added" for change in rig.engine.layer_changes(container_id))


def test_a_copy_brings_the_content_over(rig: Rig) -> None:
    source = rig.create("source")
    rig.write(source, "/etc/app.conf", b"port=80\n")
    rig.write(source, "/etc/kept-away", b"secret")
    target = rig.create("target")
    rig.engine.copy_layer(source, target, ["/etc/app.conf"])
    assert rig.read(target, "/etc/app.conf") == b"port=80\n"
    assert list(rig.engine.layer_changes(target)) == ADDED


def test_a_copy_of_everything_leaves_no_difference(rig: Rig) -> None:
    source = rig.create("source")
    rig.write(source, "/etc/app.conf", b"port=80\n")
    rig.write(source, "/opt/new/deep/file", bytes(range(256)) * 1000)
    changes = rig.engine.layer_changes(source)
    target = rig.create("target")
    rig.engine.copy_layer(source, target, [change.path for change in changes])
    assert rig.engine.layer_changes(target) == changes
    assert rig.read(target, "/opt/new/deep/file") == bytes(range(256)) * 1000


def test_how_much_there_is_to_copy(rig: Rig) -> None:
    container_id = rig.create("full", DB)
    assert rig.engine.layer_extent(container_id).size < 1000
    rig.write(container_id, "/opt/many", bytes(1000))
    rig.write(container_id, "/opt/more", bytes(1000))
    extent = rig.engine.layer_extent(container_id)
    assert 2000 <= extent.size < 3000
    assert extent.paths >= 2


def test_a_deletion_cannot_be_copied_and_is_said_first(rig: Rig) -> None:
    source, target = rig.run("source"), rig.create("target")
    rig.write(source, "/etc/app.conf", b"x")
    delete(rig, source, "/etc/group")
    assert LayerChange("/etc/group", "deleted") in rig.engine.layer_changes(source)
    with pytest.raises(EngineError, match="/etc/group was deleted"):
        rig.engine.copy_layer(source, target, ["/etc/app.conf", "/etc/group"])
    assert rig.engine.layer_changes(target) == ()


def delete(rig: Rig, container_id: str, path: str) -> None:
    if isinstance(rig, LiveRig):
        execute(rig, container_id, "rm", path)
    elif isinstance(rig, MemoryRig):
        write(rig.memory.store, container_id, path, b"", kind="deleted")


def execute(rig: LiveRig, container_id: str, *command: str) -> bytes:
    """Run a command in a container; what it printed, by a terminal, which adds no frames."""
    body = {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True, "Tty": True}
    made = rig.live.api.call("POST", f"/containers/{container_id}/exec", body=body).json()
    start = {"Detach": False, "Tty": True}
    answer = rig.live.api.call("POST", f"/exec/{made['Id']}/start", body=start)
    assert rig.live.api.get(f"/exec/{made['Id']}/json")["ExitCode"] == 0
    return answer.body


SCRIPT = """
set -e
mkdir -p /srv/tree/sub /srv/mnt
echo one > /srv/tree/sub/file; chmod 4711 /srv/tree/sub/file; chown 12:34 /srv/tree/sub/file
ln -s sub/file /srv/tree/link; ln /srv/tree/sub/file /srv/tree/hard; mkfifo /srv/tree/fifo
echo two > "/srv/tree/ümlaut $(printf 'x%.0s' $(seq 150))"
chmod 700 /www; chown 7:8 /www; echo three >> /www/index.html
chmod 711 /admin
echo four > "/srv/$(printf 'no\\377utf')"; mkdir -m 711 "/www/$(printf 'cut\\342\\202')"
echo five > "/www/$(printf 'cut\\342\\202/in')"
touch -d '2001-02-03 04:05:06' /srv/tree/sub/file
"""


def test_owner_mode_links_and_long_names_survive_a_copy(live_rig: LiveRig) -> None:
    source = live_rig.run("source", host={"Binds": [f"{live_rig.name('v')}:/srv/mnt"]})
    execute(live_rig, source, "/bin/sh", "-c", SCRIPT)
    changes = live_rig.engine.layer_changes(source)
    told = {change.path: change.kind for change in changes}
    assert told["/srv/tree"] == "added"
    assert told["/www/index.html"] == told["/admin"] == "modified"
    assert not any(path.startswith("/srv/mnt") for path in told)
    target = live_rig.create("target", host={"Binds": [f"{live_rig.name('w')}:/srv/mnt"]})
    live_rig.engine.copy_layer(source, target, list(told))
    assert live_rig.engine.layer_changes(target) == changes
    live_rig.engine.start(target)
    listing = (
        "find /srv/tree /srv/no* /www /admin -exec stat -c '%n %a %u %g %F %s %N' {} + | sort;"
        " stat -c '%Y %h' /srv/tree/sub/file;"
        " cat /srv/tree/hard /www/index.html /srv/no* /www/cut*/in"
    )
    before, after = (execute(live_rig, one, "/bin/sh", "-c", listing) for one in (source, target))
    assert after == before
    assert before.endswith(b"three\r\nfour\r\nfive\r\n")
