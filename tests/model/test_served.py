"""Containers that live in another one's network: whose app stands behind its port."""

from __future__ import annotations

from collections.abc import Mapping

from manager.engine.memory import MemoryEngine
from manager.engine.memory_scene import Scene
from manager.host.memory import MemoryHost
from manager.model.conflict import holders_of
from manager.model.ports import Port
from manager.model.rows import port_rows, row_of
from manager.survey import take_snapshot


def scene() -> tuple[MemoryEngine, str, str]:
    """vpn with two ports, and app in its network."""
    engine = MemoryEngine()
    made = Scene(engine)
    made.image("vpn", "80")
    vpn = made.run("vpn", "vpn", publish=["127.0.0.1:8080:80", "127.0.0.1:9090:90"])
    made.run("app", "vpn", networks=(f"container:{vpn}",))
    app = next(c.id for c in engine.containers(stopped=True) if c.name == "app")
    return engine, vpn, app


def pid_of(engine: MemoryEngine, container_id: str) -> int:
    pid = engine.decode(engine.record(container_id)).pid
    assert pid is not None
    return pid


def served(engine: MemoryEngine, vpn: str, by: Mapping[Port, tuple[str, ...]]) -> dict[str, str]:
    host = MemoryHost(engine.listeners, serving={pid_of(engine, vpn): by})
    snapshot = take_snapshot(engine, host)
    for port in (8080, 9090):
        (holder,) = holders_of(snapshot, port)
        row = next(r for r in port_rows(snapshot) if r.host == f"127.0.0.1:{port}")
        assert holder.served_by == row.served_by == row_of(holder).served_by
    return {row.host: row.served_by for row in port_rows(snapshot)}


def test_each_port_is_served_by_whoever_listens_on_it() -> None:
    engine, vpn, app = scene()
    found = served(engine, vpn, {Port(80): ("a" * 64, app), Port(90): (vpn,)})
    assert found == {"127.0.0.1:8080": "app", "127.0.0.1:9090": ""}


def test_a_stranger_in_the_network_is_nobody() -> None:
    engine, vpn, _ = scene()
    found = served(engine, vpn, {Port(80): ("f" * 64,)})
    assert found == {"127.0.0.1:8080": "", "127.0.0.1:9090": ""}
