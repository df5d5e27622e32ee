"""The traces an engine leaves in the machine: processes, mounts, cgroups, namespace.

A daemon that was killed leaves shims and containers, mounts and files behind.
They are told from everything else by the tag: it is in the environment of
every process an engine starts, and its containers' cgroups are named by it.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from engine_layout import NETNS_ROOT, TAG_VARIABLE, Engine, EngineError, NoEngineError

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")


def processes(engine: Engine) -> dict[int, str]:
    """The engine's living processes: pid and name."""
    mark = f"{TAG_VARIABLE}={engine.tag}\0".encode()
    group = f"/{engine.tag}/".encode()
    found: dict[int, str] = {}
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            ours = mark in (entry / "environ").read_bytes() + b"\0"
            if ours or group in (entry / "cgroup").read_bytes():
                found[int(entry.name)] = (entry / "comm").read_text().strip()
        except OSError:
            continue  # it ended while we looked
    return found


def daemon_pid(engine: Engine) -> int | None:
    """The engine's dockerd."""
    found = (pid for pid, name in processes(engine).items() if name == "dockerd")
    return next(found, None)


def wait_until(happened: Callable[[], bool], seconds: float) -> bool:
    """Whether it happened within the time; looked at often at first, then less."""
    deadline = time.monotonic() + seconds
    pause = 0.005
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return True


def kill_all(engine: Engine) -> None:
    """Kill what lives of the engine, again until nothing does: dying parents still fork."""

    def none_left() -> bool:
        left = processes(engine)
        for pid in left:
            signal_to(pid, signal.SIGKILL)
        return not left

    if not wait_until(none_left, 15):
        raise EngineError(f"cannot end {engine.name}'s processes {processes(engine)}")


def signal_to(pid: int, which: signal.Signals) -> None:
    """Send a signal to a process that may be gone."""
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        return


def mounts_below(mountinfo: str, folders: Iterable[Path]) -> list[str]:
    """The mount points at or below the folders, deepest first, from a mountinfo text."""
    roots = [str(folder) for folder in folders]
    points = [_unescape(line.split()[4]) for line in mountinfo.splitlines() if line.strip()]
    below = [point for point in points for root in roots if f"{point}/".startswith(f"{root}/")]
    return sorted(below, reverse=True)


def _unescape(point: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point)


def clear(engine: Engine) -> None:
    """Remove what a daemon leaves that no process needs: mounts, sockets, cgroups."""
    mountinfo = (PROC / "self/mountinfo").read_text()
    points = mounts_below(mountinfo, (engine.run, engine.data))
    if points:
        subprocess.run(["umount", "-l", *points], check=False, capture_output=True)
    shutil.rmtree(engine.run, ignore_errors=True)
    tops = [CGROUPS / engine.tag, *CGROUPS.glob(f"*/{engine.tag}")]
    for top in filter(Path.is_dir, tops):
        for folder, _, _ in os.walk(top, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                continue  # a process is still leaving it: the next start uses it again


def namespace_lives(path: Path) -> bool:
    """Whether the file is a network namespace, not the empty file a restart leaves."""
    return path.exists() and path.stat().st_dev != NETNS_ROOT.stat().st_dev


def make_namespace(engine: Engine, busybox: Path) -> None:
    """See that the engine's network namespace is there, with its loopback up."""
    path = engine.netns
    if path is None or namespace_lives(path):
        return
    kill_all(engine)  # whatever lives is in a namespace that nobody can enter any more
    clear(engine)
    try:
        NETNS_ROOT.mkdir(exist_ok=True)
        path.touch()
    except OSError as error:
        raise NoEngineError(f"cannot name a network namespace: {error}") from error
    up = [str(busybox), "ip", "link", "set", "lo", "up"]
    made = subprocess.run(
        ["unshare", f"--net={path}", "--", *up], check=False, capture_output=True, text=True
    )
    if made.returncode:
        drop_namespace(engine)
        reason = made.stderr.strip() or "no reason given"
        raise NoEngineError(f"cannot make a network namespace: {reason}")


def drop_namespace(engine: Engine) -> None:
    """Take the namespace's name away; it ends with its last process."""
    path = engine.netns
    if path is None or not path.exists():
        return
    while namespace_lives(path):
        if subprocess.run(["umount", "-l", path], check=False, capture_output=True).returncode:
            break
    path.unlink(missing_ok=True)


def inside(engine: Engine, command: list[str]) -> list[str]:
    """The command line that runs `command` in the engine's network namespace."""
    return ["nsenter", f"--net={engine.netns}", "--", *command] if engine.netns else command
