"""Asking: what a port says, what this host's addresses take, and what is wrong here.

PortManager inherits these; they only read and connect, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from manager.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from manager.doctor.result import CheckResult
    from manager.errors import EngineUnavailable
    from manager.inquiries import Prober, Surroundings
    from manager.interfaces import Clock, Engine, Host, Journal
    from manager.model.container import Container
    from manager.model.ports import Port, PortRange
    from manager.model.rows import PortRow
    from manager.model.scanning import ScanLimits, ScanReport
    from manager.model.snapshot import Snapshot
    from manager.model.truth import PortTruth
    from manager.model.verdict import Verdict
    from manager.telling import RowTeller


class Core(Protocol):
    """What asking needs of a PortManager."""

    engine: Engine | None
    host: Host
    journal: Journal
    clock: Clock
    prober: Prober | None
    surroundings: Surroundings | None
    unavailable: EngineUnavailable | None

    def snapshot(
        self, *, stopped: bool = True, host: bool = True, port: int | None = None
    ) -> Snapshot:
        """Engine and host now."""
        ...


class TruthTeller:
    """The part of PortManager that asks ports, addresses and surroundings."""

    __slots__ = ()

    def probe(self: Core, wanted: str, *, timeout: float = 2.0) -> tuple[PortTruth, ...]:
        """Ask a host port (`8080`, `53/udp`), or every port of a container, who it is.

        On every address of the engine's host, each with its time. A number is a port, whatever
        containers are called. timeout is in seconds, for each question.
        Raises NoSuchContainer, Refused, InvalidPortSpec, EngineError.
        """
        from manager.inquiry import Inquiry
        from manager.verdicts import Surveyor

        surveyor = Surveyor(self.engine, self.surroundings)
        inquiry = Inquiry(self.engine, self.host, _prober(self), surveyor, self.snapshot())
        return inquiry.run(wanted, timeout)

    def verdicts(self: Core, rows: Sequence[PortRow]) -> tuple[Verdict, ...]:
        """Who really reaches each row's port. Raises EngineError."""
        from manager.verdicts import Surveyor

        if not rows:
            return ()

        surveyor = Surveyor(self.engine, self.surroundings)
        return tuple(surveyor.verdict(row) for row in rows)

    def listening(self: Core, container: Container) -> tuple[Port, ...]:
        """What listens in a container where others reach it, in order; empty where unknown.

        Raises EngineError.
        """
        from manager.inside import listening_in
        from manager.model.inside import outer_ports

        if self.engine is None:
            return ()
        return outer_ports(listening_in(self.engine, self.host, container) or ())

    def row_teller(self: Core) -> RowTeller:
        """For who looks at one row after the other. Raises InvalidInput without a prober."""
        from manager.telling import RowTeller

        return RowTeller(self.engine, self.host, _prober(self), self.surroundings, self.clock)

    def host_mark(self: Core) -> int | None:
        """A number that changes whenever a socket of this host begins or ends to listen.

        It costs next to nothing. None where that cannot be told, or the ports are elsewhere.
        """
        from manager.inquiries import Pulse

        info = self.engine.info() if self.engine else None
        if not isinstance(self.host, Pulse) or (info is not None and not info.ports_here):
            return None
        return self.host.mark()

    def host_again(self: Core, snapshot: Snapshot) -> Snapshot:
        """The snapshot with this host's listeners read anew; the engine is not asked."""
        from manager.survey import host_again

        return host_again(snapshot, self.host)

    def scan(
        self: Core, ports: PortRange | None = None, limits: ScanLimits | None = None
    ) -> ScanReport:
        """Connect to the TCP ports (all of them unless given) of this host's own addresses.

        What is found is held against what is known to listen. Raises Refused where the engine's
        host is another, EngineError.
        """
        from manager.model.ports import PortRange
        from manager.model.rows import port_rows
        from manager.model.scanning import ScanLimits, judge
        from manager.model.truth import ask_at

        info = self.engine.info() if self.engine else None
        if info is not None and not info.local:
            raise Refused(
                f"the engine at {info.host} is on another host, and a scan is of this host alone",
                hint="run pmap scan there, or name this host's engine with -H",
            )
        addresses = ask_at(self.host.addresses(), None)
        wanted = ports or PortRange(1, 65535)
        prober, bounds = _prober(self), limits or ScanLimits()
        found = prober.scan(addresses, wanted, bounds)
        # Read afterwards: what began to listen meanwhile is known then.
        report = judge(found, addresses, wanted, port_rows(self.snapshot()))
        doubts = report.doubts
        if not doubts:
            return report
        # What came or went meanwhile is not worth an alarm: doubts are asked a second time.
        again = [
            prober.scan([a], PortRange.of(port), bounds) for a, port in sorted(doubts, key=str)
        ]
        sure = found.with_second_look(doubts, again)
        return judge(sure, addresses, wanted, port_rows(self.snapshot()))

    def doctor(self: Core) -> Iterator[CheckResult]:
        """Look at everything that makes ports fail; each result as soon as it is known.

        In the order of manager.doctor.registry.CHECKS. A check may say nothing, or several things.
        """
        from manager.doctor.examination import Examination
        from manager.doctor.run import examine

        if self.surroundings is None:
            raise InvalidInput("the surroundings of the engine cannot be read from here")
        facts = Examination(
            self.engine,
            self.unavailable,
            host=self.host,
            prober=_prober(self),
            surroundings=self.surroundings,
            journal=self.journal,
            take_snapshot=self.snapshot,
        )
        return examine(facts)


def _prober(core: Core) -> Prober:
    if core.prober is None:
        raise InvalidInput("ports cannot be asked from here")
    return core.prober
