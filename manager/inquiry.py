"""One question to ports: which are meant, at which addresses, and what is behind the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from urllib.parse import urlsplit

from manager.errors import Refused
from manager.inquiries import Prober
from manager.inside import listening_in, start_error
from manager.interfaces import Engine, Host
from manager.model.conflict import Conflict
from manager.model.inside import InsideView, inside_view
from manager.model.listener import addresses_overlap
from manager.model.localhost import Resolution
from manager.model.naming import named, owner_id
from manager.model.place import HostPlace
from manager.model.portless import without_port
from manager.model.ports import IPAddress, IPProtocol, Port
from manager.model.probing import ProbeResult, Target
from manager.model.rows import (
    PortRow,
    Source,
    conflicts_of,
    covers,
    port_rows,
    row_conflicts,
)
from manager.model.snapshot import EngineInfo, Snapshot
from manager.model.story import why
from manager.model.truth import PortTruth, RowTruth, answer_for, ask_at
from manager.verdicts import Surveyor

_MANY = 64
"""Questions above which a port is asked at one of its own addresses alone."""


class Inquiry:
    """Asks the ports of one snapshot. Raises EngineError where the engine does not answer."""

    def __init__(
        self,
        engine: Engine | None,
        host: Host,
        prober: Prober,
        surveyor: Surveyor,
        snapshot: Snapshot,
    ) -> None:
        self._engine = engine
        self._host = host
        self._prober = prober
        self._surveyor = surveyor
        self._snapshot = snapshot
        self._asked: frozenset[str] = frozenset()
        self._at: IPAddress | None = None
        self._far = _other_host(snapshot.engine)

    @cached_property
    def _rows(self) -> list[PortRow]:
        return port_rows(self._snapshot)

    @cached_property
    def _conflicts(self) -> tuple[Conflict, ...]:
        return row_conflicts(self._snapshot)

    def about(self, row: PortRow, timeout: float) -> RowTruth:
        """The truth about one row alone: its first port, asked at one of the row's addresses."""
        if row.host_ports is None:
            return self._row_truth(row, 0, ())
        port = row.host_ports.start
        targets = self._of_row(row, port, self._addresses()) if row.bound else []
        return self._row_truth(row, port, self._prober.probe(targets, timeout=timeout))

    def run(self, wanted: str, timeout: float) -> tuple[PortTruth, ...]:
        """The truth about each port that is meant, by a port or by a container's name.

        Raises NoSuchContainer, Refused, InvalidPortSpec.
        """
        ports = self._ports(wanted)
        localhost = self._prober.resolve("localhost")
        addresses = self._addresses()
        targets = [t for port in ports for t in self._targets(port, addresses)]
        if len(targets) > _MANY:
            targets = [t for port in ports for t in self._targets(port, addresses, few=True)]
        answers = self._prober.probe(targets, timeout=timeout)
        return tuple(self._truth(port, answers, localhost) for port in ports)

    def _ports(self, wanted: str) -> list[Port]:
        if HostPlace.is_one(wanted):
            place = HostPlace.parse(wanted)
            self._at = self._own_address(place.host_ip)
            protocols = sorted({r.protocol for r in self._rows if _on(r, place.port)})
            if place.protocol or not protocols:
                return [Port(place.port, place.protocol or IPProtocol.TCP)]
            return [Port(place.port, IPProtocol(protocol)) for protocol in protocols]
        found = named(self._snapshot, wanted)
        self._asked = found.ids
        ports = [
            Port(number, IPProtocol(row.protocol))
            for row in self._rows
            if row.host_ports is not None and owner_id(row) in found.ids
            for number in range(row.host_ports.start, row.host_ports.end + 1)
        ]
        if not ports:
            raise without_port(wanted, found.containers, self._snapshot.containers)
        return list(dict.fromkeys(ports))

    def _own_address(self, host_ip: IPAddress | None) -> IPAddress | None:
        """The address to ask at. Raises Refused for another machine's."""
        if host_ip is None or host_ip.is_unspecified or host_ip.is_loopback:
            return host_ip
        known = {*self._addresses(), *(row.host_ip for row in self._rows if row.bound)}
        if host_ip not in known:
            raise Refused(
                f"{host_ip} is no address of the engine's host, whose ports alone are asked",
                hint="leave the address out: the port is asked on each that it has",
            )
        return host_ip

    def _addresses(self) -> tuple[IPAddress, ...]:
        """The addresses of the engine's host, as they are reached from here; or the one asked."""
        if self._at is not None and not self._at.is_unspecified:
            return (self._at,)
        if self._far is None:
            return self._host.addresses()
        # A machine behind a forwarded port is named 127.0.0.1 too, and what answers there is ours.
        found = self._prober.resolve(self._far).addresses
        return tuple(address for address in found if not address.is_loopback)

    def _targets(
        self, port: Port, addresses: Sequence[IPAddress], *, few: bool = False
    ) -> Iterator[Target]:
        rows = self._rows_of(port)
        where: dict[IPAddress, None] = {} if rows else dict.fromkeys(ask_at(addresses, None))
        for row in rows:
            own = self._asked_at(row, addresses)
            if few:
                own = tuple(a for a in own if covers(row, a, port.number))[:1]
            where |= dict.fromkeys(own)
        usual = next((row.container_port.number for row in rows if row.container_port), None)
        for address in where:
            yield Target(address, port.number, usual, "", port.protocol)

    def _asked_at(self, row: PortRow, addresses: Sequence[IPAddress]) -> tuple[IPAddress, ...]:
        # The own address of a row means nothing where it is another host's.
        return ask_at(addresses, row if self._far is None else None)

    def _of_row(self, row: PortRow, port: int, addresses: Sequence[IPAddress]) -> list[Target]:
        own = [a for a in self._asked_at(row, addresses) if covers(row, a, port)]
        usual = row.container_port.number if row.container_port else None
        return [Target(a, port, usual, "", IPProtocol(row.protocol)) for a in own[:1]]

    def _rows_of(self, port: Port) -> list[PortRow]:
        return [
            row
            for row in self._rows
            if _on(row, port.number)
            and row.protocol == port.protocol
            and (self._at is None or addresses_overlap(row.host_ip, self._at))
        ]

    def _truth(
        self, port: Port, answers: Sequence[ProbeResult], localhost: Resolution
    ) -> PortTruth:
        own = tuple(
            a for a in answers if (a.target.port, a.target.protocol) == (port.number, port.protocol)
        )
        rows = sorted(self._rows_of(port), key=lambda row: not row.bound)
        truths = tuple(self._row_truth(row, port.number, own) for row in rows)
        return PortTruth(port.number, port.protocol, own, truths, localhost, self._asked)

    def _row_truth(self, row: PortRow, port: int, answers: Sequence[ProbeResult]) -> RowTruth:
        # Looked for only where there can be any: of a thousand containers it takes its time.
        conflicts = conflicts_of(row, self._conflicts) if row.source is Source.RESERVED else ()
        inside, answer = self._inside(row), answer_for(row, port, answers)
        reason = why(
            row,
            conflicts=conflicts,
            inside=inside,
            answer=answer.answer if answer else None,
            start_error=self._start_error(row),
            engine=self._snapshot.engine,
        )
        return RowTruth(row, self._surveyor.verdict(row), conflicts, inside, answer, reason)

    def _inside(self, row: PortRow) -> InsideView | None:
        if self._engine is None or row.container is None or row.container_port is None:
            return None
        sockets = listening_in(self._engine, self._host, row.container)
        return None if sockets is None else inside_view(row.container_port, sockets)

    def _start_error(self, row: PortRow) -> str:
        if self._engine is None or row.container is None or row.source is not Source.RESERVED:
            return ""
        return start_error(self._engine, row.container)


def _other_host(info: EngineInfo | None) -> str | None:
    """The name of the engine's host where it is another one.

    An engine in a virtual machine on this computer forwards its ports to this host.
    """
    return urlsplit(info.host).hostname if info is not None and not info.local else None


def _on(row: PortRow, port: int) -> bool:
    return row.host_ports is not None and port in row.host_ports
