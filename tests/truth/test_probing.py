"""Asking ports on a host in memory: what is asked, whose it is, what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from manager.engine.memory import MemoryEngine
from manager.engine.memory_scene import Scene
from manager.engine.memory_store import Store
from manager.errors import EngineUnavailable, InvalidInput, NoSuchContainer, Refused
from manager.host.memory import FakeClock, MemoryFiles, MemoryHost, MemoryJournal
from manager.host.memory_truth import MemoryProber, MemorySurroundings
from manager.interfaces import ConnectResult
from manager.model.cause import Cause
from manager.model.firewall import FirewallFacts, Ufw
from manager.model.inside import Inside
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import IPAddress, IPProtocol, PortRange
from manager.model.probing import ProbeResult, Target
from manager.model.rows import port_rows
from manager.model.snapshot import EngineInfo
from manager.service import PortManager

HERE, SIX, LAN = (ip_address(text) for text in ("127.0.0.1", "::1", "192.0.2.5"))
LINK = ip_address("fe80::1")
PYTHON = Process(7, "python3")


class Told(MemoryEngine):
    """An engine in memory that says of itself what it is told to."""

    told = EngineInfo("unix:///run/docker.sock", "28.5.2")

    def info(self) -> EngineInfo:
        return self.told


class Asker(MemoryProber):
    """A prober that keeps what it was asked."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.asked: list[Target] = []

    def probe(self, targets: Any, *, timeout: float) -> tuple[ProbeResult, ...]:
        self.asked.extend(targets)
        return super().probe(targets, timeout=timeout)


class World:
    """A host with an engine, containers of nginx, and a python of its own."""

    def __init__(
        self,
        furnish: Callable[[Scene], object] = lambda scene: None,
        *,
        listeners: Iterable[Listener] = (),
        answers: Callable[[IPAddress, int], ConnectResult | None] | None = None,
        inside: Mapping[str, Iterable[HostSocket]] | None = None,
        names: Mapping[str, tuple[IPAddress, ...]] | None = None,
        firewall: FirewallFacts | None = None,
    ) -> None:
        engine = Told(Store(networks={"bridge": "b" * 64}, neighbours=tuple(listeners)))
        self.scene = Scene(engine)
        self.scene.image("nginx", "80", "53/udp")
        furnish(self.scene)
        pids = {c.name: engine.decode(engine.record(c.id)).pid or 0 for c in engine.containers()}
        host = MemoryHost(
            engine.listeners,
            addresses=(HERE, SIX, LAN, LINK),
            answers=answers,
            inside={pids[name]: sockets for name, sockets in (inside or {}).items()},
        )
        self.prober = Asker(host, names=names)
        self.manager = PortManager(
            engine=engine,
            host=host,
            journal=MemoryJournal(),
            files=MemoryFiles(),
            clock=FakeClock(),
            prober=self.prober,
            surroundings=MemorySurroundings(firewall=firewall),
        )


def web(scene: Scene) -> None:
    scene.run("web", "nginx", publish=["127.0.0.1:8080:80"])


def closes(address: IPAddress, port: int) -> ConnectResult | None:
    return ConnectResult(address, port, "closed-at-once", 0.01) if port == 8080 else None


def test_a_port_is_asked_on_each_address_of_the_host() -> None:
    world = World(web)
    (truth,) = world.manager.probe("8080")
    assert [a.target.address for a in truth.answers] == [HERE, SIX, LAN]
    assert [a.answer for a in truth.answers] == ["open", "refused", "refused"]
    assert [target.usual for target in world.prober.asked] == [80, 80, 80]
    assert truth.good
    assert truth.sentences[0] == (
        "127.0.0.1:8080 -> 80/tcp answers in under 1 ms; open to this host only"
    )


def test_localhost_may_lead_away_from_the_port() -> None:
    assert World(web).manager.probe("8080")[0].oddities == (
        "localhost is [::1] first, where a connection is refused; 127.0.0.1 answers",
    )
    four = {"localhost": (HERE,)}
    assert World(web, names=four).manager.probe("8080")[0].oddities == ()
    python = Listener(HostSocket(SIX, 8080), PYTHON)
    assert World(web, listeners=[python]).manager.probe("8080")[0].oddities == (
        "localhost is [::1] first; on 127.0.0.1 somebody else answers",
    )


def test_a_name_means_every_port_of_the_container_or_the_project() -> None:
    def furnish(scene: Scene) -> None:
        scene.service("shop", "web", "nginx", publish=["127.0.0.1:8080:80", "8081:80"])
        scene.service("shop", "dns", "nginx", publish=["127.0.0.1:5353:53/udp"])
        scene.run("idle", "nginx")

    manager = World(furnish).manager
    assert [(t.port, t.protocol) for t in manager.probe("shop-web-1")] == [
        (8080, IPProtocol.TCP),
        (8081, IPProtocol.TCP),
    ]
    assert [t.port for t in manager.probe("shop")] == [5353, 8080, 8081]
    with pytest.raises(Refused) as refused:
        manager.probe("idle")
    assert refused.value.hint == "pmap publish idle 0 gives it one"
    with pytest.raises(NoSuchContainer):
        manager.probe("shop-wbe-1")


def test_a_port_without_a_protocol_is_asked_for_what_it_is_held_by() -> None:
    def furnish(scene: Scene) -> None:
        scene.run("dns", "nginx", publish=["127.0.0.1:5353:53/udp"])

    manager = World(furnish).manager
    (udp,) = manager.probe("5353")
    assert udp.protocol is IPProtocol.UDP
    assert udp.good
    assert "says nothing, which proves nothing of UDP" in udp.sentences[0]
    (tcp,) = manager.probe("5353/tcp")
    assert (tcp.good, tcp.sentences) == (False, ("nobody listens on 5353/tcp",))


def test_something_that_listens_inside_is_a_word_for_udp() -> None:
    def furnish(scene: Scene) -> None:
        scene.run("dns", "nginx", publish=["127.0.0.1:5353:53/udp"])

    listening = {"dns": [HostSocket(ip_address("0.0.0.0"), 53, IPProtocol.UDP)]}
    (truth,) = World(furnish, inside=listening).manager.probe("dns")
    assert truth.sentences[0].endswith("something listens on 53/udp in the container")


def test_the_inside_says_why_a_port_does_not_answer() -> None:
    listening = {"web": [HostSocket(HERE, 80)]}
    (truth,) = World(web, answers=closes, inside=listening).manager.probe("web")
    (row,) = truth.rows
    assert row.inside is not None
    assert row.inside.state is Inside.LOOPBACK
    assert not truth.good
    assert row.sentence == (
        "127.0.0.1:8080 -> 80/tcp does not answer: the app listens on 127.0.0.1 inside the"
        " container, so nothing reaches it from outside"
    )


def test_without_a_view_inside_the_outside_is_told() -> None:
    (truth,) = World(web, answers=closes).manager.probe("web")
    (row,) = truth.rows
    assert row.inside is None
    assert row.why is not None
    assert row.why.cause is Cause.NOTHING_LISTENS


def test_who_holds_the_port_of_a_leftover_is_told_beside_it() -> None:
    def furnish(scene: Scene) -> None:
        web(scene)
        scene.try_run("late", "nginx", publish=["127.0.0.1:8080:80"])

    manager = World(furnish).manager
    (truth,) = manager.probe("late")
    assert [t.row.container and t.row.container.name for t in truth.rows] == ["web", "late"]
    assert not truth.good
    assert truth.rows[1].sentence == (
        "late lost its port at its start and stayed behind as created: 127.0.0.1:8080/tcp is held"
        " by container web"
    )
    # The port itself answers, and so does its holder.
    assert manager.probe("8080")[0].good
    assert manager.probe("web")[0].good


def test_somebody_unknown_who_answers_is_told() -> None:
    def answers(address: IPAddress, port: int) -> ConnectResult | None:
        return ConnectResult(address, port, "open", 0.001) if address == LAN else None

    (truth,) = World(web, answers=answers).manager.probe("8080")
    assert [a.target.address for a in truth.strangers] == [LAN]
    assert truth.sentences[1] == (
        "192.0.2.5:8080 answers in 1 ms, and nobody is known to listen there"
    )


def test_many_ports_are_asked_at_their_own_address_alone() -> None:
    def furnish(scene: Scene) -> None:
        scene.run("many", "nginx", publish=[f"127.0.0.1:{port}:80" for port in range(9000, 9040)])

    world = World(furnish)
    assert len(world.manager.probe("many")) == 40
    assert {target.address for target in world.prober.asked} == {HERE}


def test_a_remote_engine_is_asked_at_its_own_address() -> None:
    far = ip_address("198.51.100.7")
    world = World(web, names={"far.example": (far,)})
    assert isinstance(world.manager.engine, Told)
    world.manager.engine.told = replace(Told.told, host="ssh://a@far.example", local=False)
    (truth,) = world.manager.probe("web")
    assert {target.address for target in world.prober.asked} == {far}
    assert truth.rows[0].inside is None
    assert truth.good
    assert truth.sentences == (
        "127.0.0.1:8080 -> 80/tcp cannot be asked from here; open to this host only",
    )


def test_verdicts_read_the_firewall_only_where_it_matters() -> None:
    def furnish(scene: Scene) -> None:
        web(scene)
        scene.run("wide", "nginx", publish=["8081:80"])

    world = World(furnish, firewall=FirewallFacts(ufw=Ufw(True)))
    near, wide = world.manager.verdicts(port_rows(world.manager.snapshot())[:2])
    assert near.caveats == ()
    assert "ufw denies incoming connections and does not stop this one" in wide.caveats[0]
    assert world.manager.verdicts([]) == ()


def test_a_scan_holds_what_it_finds_against_the_table() -> None:
    def furnish(scene: Scene) -> None:
        scene.run("wide", "nginx", publish=["8081:80"])

    python = Listener(HostSocket(HERE, 9000), PYTHON)
    world = World(furnish, listeners=[python])
    report = world.manager.scan()
    assert report.addresses == (HERE, SIX, LAN)
    told = [(line.port, line.addresses, line.expected) for line in report.lines]
    assert told == [(8081, (HERE, SIX, LAN), True), (9000, (HERE,), True)]
    assert world.manager.scan(PortRange(1, 8999)).lines == report.lines[:1]


def test_what_answers_and_is_held_by_nobody_is_marked_and_silence_too() -> None:
    def answers(address: IPAddress, port: int) -> ConnectResult | None:
        if port == 8080:
            return ConnectResult(address, port, "timeout", 1.0)
        return ConnectResult(address, port, "open", 0.001) if port == 9000 else None

    hidden = Listener(HostSocket(LAN, 9000), PYTHON)
    report = World(web, listeners=[hidden], answers=answers).manager.scan()
    assert [(line.port, line.addresses) for line in report.unexpected] == [(9000, (HERE, SIX))]
    assert [row.host for row in report.missing] == ["127.0.0.1:8080"]


def test_a_scan_is_of_this_host_alone() -> None:
    world = World(web)
    assert isinstance(world.manager.engine, Told)
    world.manager.engine.told = replace(Told.told, host="ssh://far", local=False)
    with pytest.raises(Refused, match="is on another host"):
        world.manager.scan()


def test_doctor_is_heard_as_it_goes_and_without_an_engine() -> None:
    manager = World(web).manager
    results = manager.doctor()
    assert next(results).check == "engine"
    assert {"localhost", "interrupted"} <= {result.check for result in results}
    manager.engine, manager.unavailable = None, EngineUnavailable("gone", hint="start it")
    first = next(manager.doctor())
    assert (first.status, first.fact, first.fix) == ("fail", "gone", "start it")


def test_a_core_without_a_prober_says_so() -> None:
    manager = World(web).manager
    manager.prober = None
    for ask in (lambda: manager.probe("8080"), manager.scan, manager.doctor):
        with pytest.raises(InvalidInput):
            ask()
