"""Processes by pid, the engine's helpers, and who must never be signalled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.host.processes import (
    ancestors,
    is_engine_helper,
    never_signal,
    parent_of,
    read_process,
    user_name,
)
from manager.model.listener import Process


def make_process(
    proc: Path, pid: int, comm: str, *, command: bytes = b"", exe: str = "", parent: int = 1
) -> None:
    folder = proc / str(pid)
    folder.mkdir()
    (folder / "comm").write_text(f"{comm}\n")
    (folder / "cmdline").write_bytes(command)
    (folder / "stat").write_text(f"{pid} ({comm}) S {parent} {pid} {pid} 0 -1")
    if exe:
        (folder / "exe").symlink_to(exe)


def test_a_real_process_is_told(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()", "an argument"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = read_process(child.pid)
        parent = parent_of(child.pid)
        child.kill()
    assert found is not None
    assert found.name.startswith("python")
    assert found.command.endswith("input() an argument")
    assert found.cwd == str(tmp_path)
    assert found.user == user_name(os.geteuid())
    assert parent == os.getpid()
    assert read_process(child.pid) is None
    assert parent_of(child.pid) is None


@pytest.mark.parametrize(
    ("comm", "command", "name", "shown"),
    [
        ("com.docker.back", b"/opt/com.docker.backend\0run", "com.docker.backend", None),
        ("com.docker.back", b"other\0", "com.docker.back", "other"),
        ("exe", b"exe\0", "exe", "exe"),
        ("nginx", b"nginx: master process /usr/sbin/nginx   ", "nginx", None),
        ("kworker/0:1", b"", "kworker/0:1", "[kworker/0:1]"),
        ("bad\x1b[31m", b"a\x1b\0\xff\n", "bad\x1b[31m", "a\x1b \udcff\n"),
    ],
)
def test_names_and_commands(
    tmp_path: Path, comm: str, command: bytes, name: str, shown: str | None
) -> None:
    make_process(tmp_path, 7, comm, command=command)
    found = read_process(7, tmp_path)
    assert found is not None
    assert found.name == name
    assert found.command == (
        command.decode().replace("\0", " ").strip() if shown is None else shown
    )


def test_a_program_that_started_itself_anew_has_its_own_name(tmp_path: Path) -> None:
    make_process(tmp_path, 7, "exe", command=b"/proc/self/exe\0", exe="/usr/bin/rootlesskit")
    found = read_process(7, tmp_path)
    assert found is not None
    assert found.name == "rootlesskit"


def test_a_giant_command_line_is_cut(tmp_path: Path) -> None:
    make_process(tmp_path, 7, "java", command=b"x" * 100_000)
    found = read_process(7, tmp_path)
    assert found is not None
    assert len(found.command) == 4096


@given(st.text(st.characters(exclude_characters="\0"), max_size=40))
def test_any_name_leaves_the_parent_readable(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    proc = tmp_path_factory.mktemp("proc")
    (proc / "5").mkdir()
    (proc / "5" / "stat").write_bytes(f"5 ({name}) S 3 5 5 0 -1".encode("utf-8", "ignore"))
    assert parent_of(5, proc) == 3
    assert list(ancestors(5, proc)) == [3]


def test_a_circle_of_parents_ends(tmp_path: Path) -> None:
    make_process(tmp_path, 5, "a", parent=6)
    make_process(tmp_path, 6, "b", parent=5)
    assert list(ancestors(5, tmp_path)) == [6]


@pytest.mark.parametrize(
    "name",
    [
        "docker-proxy",
        "dockerd",
        "containerd",
        "containerd-shim-runc-v2",
        "containerd-shim",
        "rootlesskit",
        "rootlesskit-doc",
        "rootlessport",
        "com.docker.backend",
        "com.docker.back",
        "com.docker.vpnkit",
        "vpnkit",
        "vpnkit-bridge",
        "slirp4netns",
        "pasta",
        "pasta.avx2",
        "conmon",
    ],
)
def test_helpers_of_engines_are_known_and_never_signalled(name: str) -> None:
    assert is_engine_helper(name)
    assert name in never_signal(Process(2**30, name))


@pytest.mark.parametrize("name", ["python3", "nginx", "docker", "pastafari"[:4], "contain", ""])
def test_others_are_no_helpers(name: str) -> None:
    assert not is_engine_helper(name)
    assert never_signal(Process(2**30, name)) == ""


def test_pmap_its_parents_the_first_process_and_the_kernel_are_never_signalled() -> None:
    assert "first process" in never_signal(Process(1, "systemd"))
    assert "first process" in never_signal(Process(0, "x"))
    assert "pmap itself" in never_signal(Process(os.getpid(), "pmap"))
    assert "runs under" in never_signal(Process(os.getppid(), "bash"))
    assert never_signal(Process(2, "kthreadd"))


def test_a_kernel_thread_is_never_signalled(tmp_path: Path) -> None:
    make_process(tmp_path, 2, "kthreadd", parent=0)
    make_process(tmp_path, 90, "nfsd", parent=2)
    assert "kernel" in never_signal(Process(90, "nfsd"), tmp_path)


def test_a_user_without_a_name_is_a_number() -> None:
    assert user_name(0) == "root"
    assert user_name(3_999_999_999) == "3999999999"
