"""The screen beside lazydocker and dtop on one engine: first frame, idle, an event, memory.

Each runs in a tmux of its own, 200 by 50, and is looked at from outside, every 10 ms. Run inside
the engine's network namespace, DOCKER_HOST set.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine_http import Api

BIN = Path(sys.executable).parent
PREFIX = "bench-"
FIRST = "aaa-bench"
"""Stands first in every list that is ordered by name; its port stands first in pmap's."""
COUNT, RUNNING = 300, 30
LOOK = 0.01
IDLE_SECONDS, CALM_SECONDS = 10.0, 5.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Screen:
    """One program and what was measured of it: seconds, percent of a processor, bytes."""

    name: str
    command: list[str]
    frame: list[float] = field(default_factory=list)
    table: list[float] = field(default_factory=list)
    event: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    engine: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    failed: str = ""


def screen(rounds: int, peers: Path) -> None:
    """First frame, first row, idle, event and memory, 300 containers of which 30 run."""
    if shutil.which("tmux") is None:
        print("\nscreen: left out, there is no tmux here")
        return
    api = Api(Path(os.environ["DOCKER_HOST"].removeprefix("unix://")), timeout=300)
    screens = [Screen("pmap", [str(BIN / "pmap")])]
    there = [peers / "bin" / name for name in ("lazydocker", "dtop")]
    screens += [Screen(path.name, [str(path)]) for path in there if path.exists()]
    with _containers(api), tempfile.TemporaryDirectory() as home:
        base = _engine_idle()
        for _ in range(min(rounds, 5)):
            for one in screens:
                if not one.failed:
                    _measure(one, api, home, base)
        print(_table(screens), flush=True)


def _measure(one: Screen, api: Api, home: str, base: float) -> None:
    with _shown(one.command, home) as (pid, text, begun):
        if not _until(lambda: len(text().split()) > 5):
            one.failed = "shows nothing"
            return
        one.frame.append(time.perf_counter() - begun)
        if not _until(lambda: PREFIX in text()):
            one.failed = "shows no container"
            return
        one.table.append(time.perf_counter() - begun)
        time.sleep(CALM_SECONDS)
        before, engine = _cpu(_tree(pid)), _cpu(_engine())
        time.sleep(IDLE_SECONDS)
        one.idle.append((_cpu(_tree(pid)) - before) / IDLE_SECONDS * 100)
        one.engine.append((_cpu(_engine()) - engine) / IDLE_SECONDS * 100 - base)
        one.memory.append(sum(_resident(p) for p in _tree(pid)))
        _create(api, FIRST, 1100)
        api.call("POST", f"/containers/{FIRST}/start")
        started = time.perf_counter()
        seen = _until(lambda: FIRST in text(), 15.0)
        one.event.append(time.perf_counter() - started if seen else float("nan"))
        api.remove_named(FIRST)


def _table(screens: list[Screen]) -> str:
    rows: list[tuple[str, Callable[[Screen], list[float]], float, str]] = [
        ("first frame, ms", lambda s: s.frame, 1000, "8.0f"),
        ("first container shown, ms", lambda s: s.table, 1000, "8.0f"),
        ("event to row, ms", lambda s: s.event, 1000, "8.0f"),
        ("idle, % of a processor", lambda s: s.idle, 1, "8.2f"),
        ("the engine's share of that, %", lambda s: s.engine, 1, "8.2f"),
        ("memory, MiB", lambda s: s.memory, 1 / 2**20, "8.1f"),
    ]
    shown = [one for one in screens if not one.failed]
    lines = [f"\nthe screen, {COUNT} containers, {RUNNING} running (median; ratio to pmap)"]
    lines += ["  " + " " * 32 + "".join(f"{one.name:>18}" for one in shown)]
    for title, read, scale, form in rows:
        values = [statistics.median(read(one)) * scale for one in shown]
        cells = [f"{value:{form}}" for value in values]
        ratios = [f"{value / values[0]:7.2f}x" if values[0] > 0 else " " * 8 for value in values]
        cells = [f"{c} {r:>8}" for c, r in zip(cells, ratios, strict=True)]
        lines.append(f"  {title:<32}" + "".join(f"{cell:>18}" for cell in cells))
    lines += [f"  {one.name}: left out, it {one.failed}" for one in screens if one.failed]
    return "\n".join(lines)


@contextmanager
def _shown(command: list[str], home: str) -> Iterator[tuple[int, Callable[[], str], float]]:
    """The program in a tmux of its own: its pid, what it shows now, and when it was started."""
    tmux = ["tmux", "-L", f"pmap-bench-{time.monotonic_ns()}", "-f", "/dev/null"]
    environment = os.environ | {"HOME": home, "TERM": "xterm-256color", "XDG_CONFIG_HOME": home}
    environment.pop("TMUX", None)
    new = [
        "new-session",
        "-d",
        "-x",
        "200",
        "-y",
        "50",
        "-P",
        "-F",
        "#{pane_pid}",
        *command,
    ]
    # The server is up before the clock begins: what is measured is the program alone.
    subprocess.run([*tmux, "start-server", ";", "set", "-g", "exit-empty", "off"],
                   env=environment, check=True)  # fmt: skip
    begun = time.perf_counter()
    pid = int(subprocess.run([*tmux, *new], env=environment, check=True, capture_output=True,
                             text=True).stdout)  # fmt: skip

    def text() -> str:
        seen = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, check=False)
        return seen.stdout.decode(errors="replace")

    try:
        yield pid, text, begun
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True, check=False)


def _until(happened: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.perf_counter() + seconds
    while not happened():
        if time.perf_counter() > end:
            return False
        time.sleep(LOOK)
    return True


@contextmanager
def _containers(api: Api) -> Iterator[None]:
    try:
        for number in range(COUNT):
            _create(api, f"{PREFIX}{number:03}", 20000 + number)
            if number < RUNNING:
                api.call("POST", f"/containers/{PREFIX}{number:03}/start")
        yield
    finally:
        for one in api.get("/containers/json", {"all": "1"}):
            if one["Names"][0].lstrip("/").startswith((PREFIX, FIRST)):
                # However long that takes: there are many, and the machine may be busy.
                api.call("DELETE", f"/containers/{one['Id']}", {"force": "1"}, accept=(404, 409))


def _create(api: Api, name: str, port: int) -> None:
    bindings = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}
    body = {
        "Image": "pmap/web",
        "ExposedPorts": {"80/tcp": {}},
        "HostConfig": {"PortBindings": bindings},
        "StopTimeout": 1,
    }
    api.call("POST", "/containers/create", {"name": name}, body)


def _engine_idle() -> float:
    """What the engine uses with nobody looking, in percent of a processor."""
    time.sleep(CALM_SECONDS)
    before = _cpu(_engine())
    time.sleep(IDLE_SECONDS)
    return (_cpu(_engine()) - before) / IDLE_SECONDS * 100


def _engine() -> list[int]:
    """The daemon of this engine and the containerd below it."""
    socket = os.environ["DOCKER_HOST"]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"dockerd" in line.split(b"\0")[0] and f"--host={socket}".encode() in line.split(b"\0"):
            daemon = int(folder.name)
            return [p for p in _tree(daemon) if _name(p) in {"dockerd", "containerd"}]
    return []


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    found, rest = [pid], [pid]
    while rest:
        one = rest.pop()
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                below = [int(text) for text in task.read_text().split()]
            except OSError:
                continue
            found += below
            rest += below
    return found


def _cpu(pids: list[int]) -> float:
    """Processor seconds that these have used."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def _name(pid: int) -> str:
    try:
        return re.sub(r"\s", "", Path(f"/proc/{pid}/comm").read_text())
    except OSError:
        return ""
