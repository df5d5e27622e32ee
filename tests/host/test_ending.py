"""Ending a process: this very one, in time, and never one that must not be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from manager.errors import Refused
from manager.host.ending import LiveProcesses
from manager.host.processes import read_process, started_at
from manager.host.psutil_ending import end_by_psutil
from manager.host.psutil_sockets import psutil_process
from manager.model.listener import Process

PROCESSES = LiveProcesses()
WAIT = "import sys, time; print('ready', flush=True); sys.stdin.read()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAIT}"


@contextmanager
def running(code: str) -> Iterator[tuple[Process, subprocess.Popen[bytes]]]:
    """A process of its own that stands by, as the host sees it."""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            seen = read_process(child.pid)
            assert seen is not None
            yield seen, child
        finally:
            child.kill()


def test_term_ends_a_willing_process() -> None:
    with running(WAIT) as (process, child):
        assert PROCESSES.end(process, kill=False, patience=10)
        assert child.wait(10) == -signal.SIGTERM


def test_one_that_ignores_term_stays_and_kill_ends_it() -> None:
    with running(STUBBORN) as (process, child):
        assert not PROCESSES.end(process, kill=False, patience=0.2)
        assert child.poll() is None
        assert PROCESSES.end(process, kill=True, patience=10)
        assert child.wait(10) == -signal.SIGKILL


def test_a_pid_that_has_another_process_by_now_is_left_alone() -> None:
    with running(WAIT) as (process, child):
        earlier = replace(process, started=process.started - 1)
        assert PROCESSES.end(earlier, kill=True, patience=0.2)
        assert child.poll() is None


def test_a_process_of_unknown_age_is_left_alone() -> None:
    with running(WAIT) as (process, child):
        with pytest.raises(Refused, match="may be another by now"):
            PROCESSES.end(replace(process, started=0), kill=True, patience=0.2)
        assert child.poll() is None


def test_one_that_is_gone_is_gone() -> None:
    with running(WAIT) as (process, child):
        child.kill()
        child.wait()
    assert PROCESSES.end(process, kill=True, patience=0)


def test_one_that_nobody_has_waited_for_is_gone_too() -> None:
    with running(WAIT) as (process, child):
        os.kill(child.pid, signal.SIGKILL)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert PROCESSES.end(process, kill=False, patience=0)


def test_pmap_and_its_parents_are_refused_at_the_last_moment() -> None:
    for pid in (os.getpid(), os.getppid()):
        seen = read_process(pid)
        assert seen is not None
        # Whatever name it was known by: it is looked at again under the handle.
        with pytest.raises(Refused, match="is not ended"):
            PROCESSES.end(replace(seen, name="nginx"), kill=True, patience=0)


def test_a_helper_of_an_engine_is_refused_by_what_it_is_now(tmp_path: Path) -> None:
    """A program that bears the name of docker-proxy; what was known of it before was another."""
    program = tmp_path / "docker-proxy"
    program.symlink_to("/bin/cat")
    with subprocess.Popen([program], stdin=subprocess.PIPE) as child:
        try:
            seen = read_process(child.pid)
            while seen is not None and seen.name != "docker-proxy":
                seen = read_process(child.pid)
            assert seen is not None
            with pytest.raises(Refused, match="holds ports for containers"):
                PROCESSES.end(replace(seen, name="cat"), kill=True, patience=0)
            assert child.poll() is None
        finally:
            child.kill()


def make_group(proc: Path, text: str) -> Process:
    (proc / "77").mkdir(parents=True)
    (proc / "77" / "cgroup").write_text(text)
    (proc / "77" / "stat").write_text("77 (app) S 1 77 77" + " 0" * 15 + " 4242 0")
    return Process(77, "app", started=4242)


def test_what_runs_in_a_container_is_not_touched(tmp_path: Path) -> None:
    process = make_group(tmp_path, f"0::/system.slice/docker-{'a' * 64}.scope\n")
    assert "container aaaaaaaaaaaa" in LiveProcesses(tmp_path).untouchable(process)


def test_a_plain_process_may_be_ended(tmp_path: Path) -> None:
    process = make_group(tmp_path, "0::/user.slice/user-1000.slice/session-2.scope\n")
    assert LiveProcesses(tmp_path).untouchable(process) == ""
    assert started_at(77, tmp_path) == 4242


@pytest.mark.parametrize(
    ("group", "command"),
    [
        ("0::/system.slice/nginx.service\n", "sudo systemctl stop nginx.service"),
        ("0::/system.slice/system-getty.slice/x@1.service/a\n", "sudo systemctl stop x@1.service"),
        ("1:name=systemd:/system.slice/old.service\n0::/\n", "sudo systemctl stop old.service"),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n",
            "systemctl --user stop web.service",
        ),
        ("0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", ""),
        ("0::/user.slice/user-1000.slice/session-2.scope\n", ""),
        ("0::/system.slice/a;b.service\n", "sudo systemctl stop 'a;b.service'"),
        ("", ""),
    ],
)
def test_the_unit_that_would_start_it_again_is_named(
    tmp_path: Path, group: str, command: str
) -> None:
    assert LiveProcesses(tmp_path).keeper(make_group(tmp_path, group)) == command


def test_a_process_that_is_gone_has_no_keeper(tmp_path: Path) -> None:
    assert LiveProcesses(tmp_path).keeper(Process(5)) == ""


def test_another_users_process_is_refused() -> None:
    """As root this needs a child that is not: it may not end this very test's other child."""
    if os.getuid() != 0:
        process = read_process(1)
        assert process is not None
        assert PROCESSES.untouchable(process)
        return
    with running(WAIT) as (process, child):
        code = (
            "import os, sys\n"
            "from manager.errors import Refused\n"
            "from manager.host.ending import LiveProcesses\n"
            "from manager.host.processes import read_process\n"
            "seen = read_process(int(sys.argv[1]))\n"
            "os.setgid(65534); os.setuid(65534)\n"
            "try:\n"
            "    LiveProcesses().end(seen, kill=True, patience=0)\n"
            "except Refused as refusal:\n"
            "    print(refusal.message, refusal.hint)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(process.pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"this user may not end process {process.pid}" in done.stdout
        assert f"sudo kill {process.pid}" in done.stdout
        assert child.poll() is None


def test_through_psutil_it_is_the_same() -> None:
    with running(STUBBORN) as (_, child):
        process = psutil_process(child.pid)
        assert process is not None
        assert end_by_psutil(replace(process, started=process.started - 1), kill=True, patience=0)
        assert not end_by_psutil(process, kill=False, patience=0.2)
        assert child.poll() is None
        assert end_by_psutil(process, kill=True, patience=10)
        assert end_by_psutil(process, kill=True, patience=0)
