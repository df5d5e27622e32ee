"""The container behind a process: control groups of every engine, parents, mounts."""

from __future__ import annotations

import os
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.host.owner import container_id_of, container_ids, owner_of
from manager.model.listener import HostSocket, Listener, Process

ID, OTHER = "3f" * 32, "a0" * 32
V1 = "12:pids:{0}\n4:memory:{0}\n1:name=systemd:{0}\n0::/\n"
V2 = "0::{0}\n"


@pytest.mark.parametrize("frame", [V1, V2])
@pytest.mark.parametrize(
    "path",
    [
        f"/docker/{ID}",
        f"/docker/{ID}/sub/group",
        f"/system.slice/docker-{ID}.scope",
        f"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{ID}.scope",
        f"/machine.slice/libpod-{ID}.scope",
        f"/machine.slice/libpod-{ID}.scope/container",
        f"/libpod_parent/libpod-{ID}",
        f"/my/own/parent/{ID}",
        f"/kubepods/burstable/pod1b4f/{ID}",
        f"/kubepods.slice/kubepods-pod1b4f.slice/cri-containerd-{ID}.scope",
        f"/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{ID}",
        f"/../../system.slice/docker-{ID}.scope",
    ],
)
def test_every_engines_control_group(frame: str, path: str) -> None:
    assert container_ids(frame.format(path)) == (ID,)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/user.slice/user-1000.slice/session-2.scope",
        f"/machine.slice/libpod-conmon-{ID}.scope",
        "/docker/buildkit/abc",
        f"/docker/{ID[:40]}",
        f"/docker/{ID}00",
        "/process_api/" + "b" * 32,
        "",
    ],
)
def test_what_is_no_container(path: str) -> None:
    assert container_ids(V2.format(path)) == ()


def test_a_container_in_a_container_is_told_outermost_first() -> None:
    assert container_ids(V2.format(f"/docker/{ID}/docker/{OTHER}")) == (ID, OTHER)


def test_with_v1_any_hierarchy_tells() -> None:
    assert container_ids(f"4:memory:/docker/{ID}\n3:cpuset:/\n0::/\n") == (ID,)


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_complaint(text: str) -> None:
    assert all(len(one) == 64 for one in container_ids(text))


MakeProcess = Callable[..., None]


@pytest.fixture
def make(tmp_path: Path) -> MakeProcess:
    (tmp_path / "self").mkdir()

    def process(pid: int, *, cgroup: str = "/", parent: int = 1, mounts: str = "") -> None:
        folder = tmp_path / str(pid)
        (folder / "ns").mkdir(parents=True)
        (folder / "cgroup").write_text(V2.format(cgroup))
        (folder / "stat").write_text(f"{pid} (app) S {parent} {pid}")
        if mounts:
            (folder / "ns" / "mnt").symlink_to(f"mnt:[{mounts}]")

    return process


def listener(pid: int | None, *, container: str | None = None, helper: bool = False) -> Listener:
    process = None if pid is None else Process(pid, "app")
    return Listener(HostSocket(ip_address("0.0.0.0"), 80), process, container, helper)


def test_the_control_group_tells(make: MakeProcess, tmp_path: Path) -> None:
    make(7, cgroup=f"/docker/{ID}")
    make(8)
    assert container_id_of(7, tmp_path) == ID
    assert container_id_of(8, tmp_path) is None
    assert container_id_of(9, tmp_path) is None
    assert owner_of(listener(7), {5: ID}, tmp_path) == ID


def test_pmap_in_a_container_does_not_take_its_own_for_the_owner(
    make: MakeProcess, tmp_path: Path
) -> None:
    (tmp_path / "self" / "cgroup").write_text(V2.format(f"/docker/{OTHER}"))
    make(7, cgroup=f"/docker/{OTHER}/docker/{ID}")
    make(8, cgroup=f"/docker/{OTHER}")
    assert container_id_of(7, tmp_path) == ID
    assert container_id_of(8, tmp_path) is None


def test_the_container_that_the_engine_knows_is_the_owner(
    make: MakeProcess, tmp_path: Path
) -> None:
    make(7, cgroup=f"/docker/{OTHER}/docker/{ID}")
    assert container_id_of(7, tmp_path) == OTHER
    assert owner_of(listener(7, container=OTHER), {5: ID}, tmp_path) == ID


def test_descent_from_an_init_process(make: MakeProcess, tmp_path: Path) -> None:
    make(5)
    make(6, parent=5)
    make(7, parent=6)
    make(8)
    assert owner_of(listener(7), {5: ID, 99: OTHER}, tmp_path) == ID
    assert owner_of(listener(5), {5: ID}, tmp_path) == ID
    assert owner_of(listener(8), {5: ID}, tmp_path) is None


def test_a_program_run_by_exec_shares_the_mounts(make: MakeProcess, tmp_path: Path) -> None:
    make(os.getpid(), mounts="1")
    make(5, mounts="2")
    make(7, mounts="2")
    make(8, mounts="1")
    assert owner_of(listener(7), {5: ID}, tmp_path) == ID
    assert owner_of(listener(8), {5: ID}, tmp_path) is None


def test_helpers_of_the_engine_and_unknown_processes_have_no_owner(
    make: MakeProcess, tmp_path: Path
) -> None:
    make(7, cgroup=f"/docker/{ID}")
    assert owner_of(listener(7, helper=True), {5: ID}, tmp_path) is None
    assert owner_of(listener(None), {5: ID}, tmp_path) is None


def test_a_container_that_the_engine_does_not_list_is_still_told(
    make: MakeProcess, tmp_path: Path
) -> None:
    make(7, cgroup=f"/docker/{ID}")
    assert owner_of(listener(7, container=ID), {}, tmp_path) == ID
