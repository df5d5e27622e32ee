"""Ranges read as ranges."""

from manager.model.container import Container, ContainerState
from manager.model.ports import Port, PortRange, parse_ip
from manager.model.rows import PortRow, Source
from manager.model.runs import runs

SIP = Container("a" * 64, "sip", "asterisk", ContainerState.RUNNING)


def row(
    host: int, inside: int | None, *, ip: str = "127.0.0.1", container: Container = SIP
) -> PortRow:
    return PortRow(
        Source.PUBLISHED,
        parse_ip(ip),
        PortRange.of(host),
        "tcp",
        None if inside is None else Port(inside),
        container,
        bound=True,
    )


def test_ports_that_follow_each_other_are_one() -> None:
    found = runs([row(8000, 80), row(8001, 81), row(8002, 82), row(8004, 84)])
    assert [(run.host, run.container_side) for run in found] == [
        ("127.0.0.1:8000-8002", "80-82/tcp"),
        ("127.0.0.1:8004", "84/tcp"),
    ]


def test_what_differs_in_anything_else_stays_apart() -> None:
    other = Container("b" * 64, "b", "asterisk", ContainerState.RUNNING)
    rows = [row(80, 80), row(81, 80), row(82, 81, ip="::1"), row(83, 82, container=other)]
    assert [run.count for run in runs(rows)] == [1, 1, 1, 1]


def test_host_network_has_the_same_port_on_both_sides_and_a_process_has_one() -> None:
    shared = runs([row(9100, None)])[0]
    assert shared.container_side == "9100/tcp"
    process = PortRow(Source.PROCESS, None, PortRange.of(22), "tcp")
    assert runs([process])[0].container_side == ""
