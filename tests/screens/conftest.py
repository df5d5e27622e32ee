"""The demo's host with a clock that stands still, builders of rows, and a patient pilot."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

import pytest
from textual.pilot import Pilot

from manager.bootstrap import build
from manager.host.memory import FakeClock
from manager.model.container import ComposeOrigin, Container, ContainerState
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, PublishedPort
from manager.model.snapshot import EngineInfo, Snapshot
from manager.service import PortManager
from tui.app import PmapApp
from tui.presentation.entry import Entry, entries

MakeContainer = Callable[..., Container]
MakeEntries = Callable[..., tuple[Entry, ...]]
Until = Callable[[Pilot[int], Callable[[], object]], Awaitable[None]]


def _container(
    name: str,
    *asked: str,
    project: str = "",
    state: ContainerState = ContainerState.RUNNING,
    image: str = "nginx:1",
    held: bool = True,
    **more: object,
) -> Container:
    mappings, published = [], []
    for text in asked:
        address, port, target = text.split("|")
        inner = Port.parse(target)
        ip = ip_address(address) if address else None
        mappings.append(PortMapping(inner, PortBinding(ip, PortRange.parse(port))))
        both = [ip] if ip else [ip_address("0.0.0.0"), ip_address("::")]
        published += [PublishedPort(one, PortRange.parse(port).start, inner) for one in both]
    origin = ComposeOrigin(project, name, (f"/srv/{project}/compose.yaml",), f"/srv/{project}")
    return Container(
        (name.encode().hex() * 8)[:64].ljust(64, "0"),
        name,
        image,
        state,
        tuple(mappings),
        tuple(published) if state.holds_ports and held else (),
        origin=origin if project else None,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def a_container() -> MakeContainer:
    """Build a container; mappings are written `ADDRESS|PORT|TARGET`, no address for all."""
    return _container


@pytest.fixture
def a_snapshot(a_container: MakeContainer) -> Callable[..., Snapshot]:
    """Build a snapshot of containers."""

    def make(*containers: Container, version: str = "28.5.1", **more: object) -> Snapshot:
        engine = EngineInfo("unix:///var/run/docker.sock", version, context="default")
        return Snapshot(engine, containers, **more)  # type: ignore[arg-type]

    return make


@pytest.fixture
def some_entries(a_snapshot: Callable[..., Snapshot]) -> MakeEntries:
    """Build the entries of containers."""

    def make(*containers: Container, **more: object) -> tuple[Entry, ...]:
        return entries(a_snapshot(*containers, **more))

    return make


@pytest.fixture
def shop(a_container: MakeContainer, some_entries: MakeEntries) -> tuple[Entry, ...]:
    """Two projects and a loose container: loopback, one address, all; one conflict."""
    stopped = ContainerState.EXITED
    return some_entries(
        a_container("web", "127.0.0.1|8080|80/tcp", project="shop"),
        a_container("db", "|5432|5432/tcp", project="shop", image="postgres:16"),
        a_container("dns", "127.0.0.1|5353|53/udp", project="net"),
        a_container("mail", "192.168.1.5|2525|25/tcp"),
        a_container("old", "|5432|5432/tcp", state=stopped, image="postgres:15"),
        a_container("idle", "127.0.0.1|9999|99/tcp", state=stopped),
    )


@pytest.fixture
def manager() -> PortManager:
    """What `pmap --demo` opens, but nothing in it takes time."""
    made = build(demo=True)
    made.clock = FakeClock()
    return made


@pytest.fixture
def app(manager: PortManager, monkeypatch: pytest.MonkeyPatch) -> PmapApp:
    """The screen on the demo's host."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    return PmapApp(lambda: manager)


@pytest.fixture
def until() -> Until:
    """Wait until something is so; fails where it never is."""

    async def wait(pilot: Pilot[int], so: Callable[[], object]) -> None:
        end = time.monotonic() + 30
        while not so():
            assert time.monotonic() < end, "it never came to be"
            await pilot.pause(0.01)
        await pilot.pause()

    return wait


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The developer's own configuration and state stay out of it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(home))
