"""How soon the screen answers a key: 1,000 containers with 3,000 ports, in memory.

From the key to the last thing that is painted because of it. The floor is Textual's own pace of
60 pictures a second.
"""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from textual import events

from manager.errors import EngineError
from manager.host.memory import MemoryHost
from manager.model.container import ComposeOrigin, Container, ContainerState
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, PublishedPort
from manager.model.snapshot import EngineInfo, Snapshot
from tui.app import PmapApp

QUIET = 0.2
"""Seconds after a key in which everything that it causes is painted."""
SIZES = ((80, 24), (120, 40), (200, 60))
KEYS = (
    ("j, k", ["j", "j", "j", "k", "k"]),
    ("page down and up", ["pagedown", "pagedown", "pagedown", "pageup"]),
    ("G, g", ["G", "g"]),
    ("/", ["slash"]),
    ("typing in the filter", [*"service9"]),
    ("esc from the filter", ["escape"]),
    ("grouping", ["b", "b"]),
    ("sorting", ["greater_than_sign", "R", "less_than_sign"]),
    ("next trouble", ["n", "n"]),
    ("marking", ["space", "space", "escape"]),
)


@dataclass
class Still:
    """A core whose snapshot stands still, and whose ports cannot be asked."""

    taken: Snapshot
    engine: str = "engine"
    unavailable: None = None
    settings: None = None
    host: MemoryHost = field(default_factory=MemoryHost)

    def snapshot(self) -> Snapshot:
        """The one there is."""
        return self.taken

    def events(self, stop: threading.Event) -> Iterator[object]:
        """None."""
        stop.wait()
        return iter(())

    def host_mark(self) -> None:
        """Not known."""

    def row_teller(self) -> None:
        """Raises EngineError."""
        raise EngineError("nobody can be asked")


def keys(rounds: int) -> None:
    """The longest and the median answer to each key, in ms, at three sizes."""
    taken: dict[str, dict[str, list[float]]] = {}
    for columns, lines in SIZES:
        seen = taken[f"{columns}x{lines}"] = defaultdict(list)
        for _ in range(max(rounds // 4, 1)):
            asyncio.run(_play(seen, (columns, lines)))
    print("\nkeys, 1,000 containers with 3,000 ports: ms until painted, median (longest)")
    print("  " + " " * 26 + "".join(f"{size:>16}" for size in taken))
    for name, _ in KEYS:
        cells = [f"{statistics.median(s[name]):.0f} ({max(s[name]):.0f})" for s in taken.values()]
        print(f"  {name:<26}" + "".join(f"{cell:>16}" for cell in cells))


async def _play(seen: dict[str, list[float]], size: tuple[int, int]) -> None:
    app: Any = PmapApp(lambda: Still(_snapshot()))  # type: ignore[arg-type,return-value]
    painted = [0.0]
    async with app.run_test(size=size) as pilot:
        while not app.entries:
            await pilot.pause(0.02)
        await pilot.pause(1.0)
        display = app._display

        def shown(screen: Any, picture: Any) -> None:
            display(screen, picture)
            if picture is not None:
                painted[0] = time.perf_counter()

        app._display = shown
        for name, pressed in KEYS:
            for key in pressed:
                # The story of the row before is told first: it is no answer to this key.
                await pilot.pause(0.4)
                begun = painted[0] = time.perf_counter()
                app.post_message(events.Key(key, key if len(key) == 1 else None))
                await asyncio.sleep(QUIET)
                seen[name].append((painted[0] - begun) * 1000)


def _snapshot() -> Snapshot:
    engine = EngineInfo("unix:///var/run/docker.sock", "28.5.1", context="default")
    return Snapshot(engine, tuple(map(_container, range(1000))), ())


def _container(number: int) -> Container:
    mappings, published = [], []
    for which in range(3):
        inner, port = Port(80 + which), 10000 + number * 3 + which
        ip = None if (number + which) % 7 == 0 else ip_address("127.0.0.1")
        mappings.append(PortMapping(inner, PortBinding(ip, PortRange.of(port))))
        both = [ip] if ip else [ip_address("0.0.0.0"), ip_address("::")]
        published += [PublishedPort(one, port, inner) for one in both]
    project = f"project{number % 40}"
    runs = number % 3 > 0
    return Container(
        f"{number:064x}",
        f"{project}-service{number}-1",
        "registry.example/team/image:1.2",
        ContainerState.RUNNING if runs else ContainerState.EXITED,
        tuple(mappings),
        tuple(published) if runs else (),
        origin=ComposeOrigin(project, f"service{number}"),
        status="Up 3 hours" if runs else "Exited (0) 2 days ago",
    )
