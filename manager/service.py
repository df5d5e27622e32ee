"""PortManager: what both front ends call, and the only thing of the core that they call.

Reads give model values; changes go request -> plan -> apply. Nothing is rendered or asked here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from manager.errors import ChangeInProgress, EngineUnavailable
from manager.inquiries import Prober, Surroundings
from manager.interfaces import (
    Clock,
    Engine,
    EngineEvent,
    Files,
    Host,
    Journal,
    Processes,
    Progress,
)
from manager.model.conflict import Holder, find_free, holders_of
from manager.model.listener import HostSocket
from manager.model.portclass import FreePortSearch
from manager.model.ports import IPAddress, IPProtocol
from manager.model.snapshot import Snapshot
from manager.survey import take_snapshot
from manager.truth import TruthTeller
from manager.watch import PortChange, watch_ports

if TYPE_CHECKING:
    from manager.change.dependents import KnownTies
    from manager.change.deps import Deps, Guard
    from manager.change.facts import Preferences
    from manager.change.plan import Outcome, Plan
    from manager.change.recover import Recovery
    from manager.change.request import ChangeRequest, Restore
    from manager.settings import Settings


@dataclass(slots=True)
class PortManager(TruthTeller):
    """The core behind one engine (or none) and this host.

    engine None means that `unavailable` says why. settings None means the defaults: reading
    commands do without pydantic. processes None: none can be ended from here (manager.freeing).
    prober and surroundings None: ports cannot be asked, and nothing is known of the firewall.
    """

    engine: Engine | None
    host: Host
    journal: Journal
    files: Files
    clock: Clock
    processes: Processes | None = None
    guard: Guard | None = None
    settings: Settings | None = None
    unavailable: EngineUnavailable | None = None
    prober: Prober | None = None
    surroundings: Surroundings | None = None
    settle_seconds: float = 1.0
    """How long a changed container must stay up before the change is believed."""
    ties: KnownTies | None = None
    """Who hangs on whom, as far as a plan has asked: a form plans at every key."""

    def _engine(self) -> Engine:
        if self.engine is None:
            raise self.unavailable or EngineUnavailable("no engine answers")
        return self.engine

    @property
    def host_is_engines(self) -> bool:
        """Whether this host's sockets are the ones that the engine publishes on."""
        info = self.engine.info() if self.engine else None
        return info is None or info.ports_here

    def snapshot(
        self, *, stopped: bool = True, host: bool = True, port: int | None = None
    ) -> Snapshot:
        """Engine and host now. `stopped`: what stopped containers reserve. `host`: all sockets.

        See manager.survey.take_snapshot. Raises EngineError.
        """
        return take_snapshot(
            self.engine,
            self.host,
            stopped=stopped,
            sockets=host,
            port=port,
            reserved=self.settings.reserved_ports if self.settings else None,
        )

    def who(
        self, port: int, protocol: IPProtocol | None = None, host_ip: IPAddress | None = None
    ) -> tuple[Holder, ...]:
        """Every holder of a host port (on one address), stopped containers and processes too."""
        return holders_of(self.snapshot(port=port), port, protocol, host_ip)

    def free(
        self,
        search: FreePortSearch,
        *,
        host_ip: IPAddress | None = None,
        protocol: IPProtocol = IPProtocol.TCP,
    ) -> list[int]:
        """Free host ports: nobody holds them, and a real bind works where the host is ours."""
        snapshot = self.snapshot()
        search = replace(search, ephemeral=snapshot.ephemeral)

        def can_be_bound(port: int) -> bool:
            if not self.host_is_engines:
                return True
            return self.host.bind_error(HostSocket(host_ip, port, protocol)) is None

        return find_free(snapshot, search, host_ip=host_ip, protocol=protocol, confirm=can_be_bound)

    def plan(self, request: ChangeRequest) -> Plan:
        """What the request would do. Raises Refused, NoSuchContainer, EngineError."""
        from manager.change.facts import gather
        from manager.change.planner import plan_change
        from manager.change.service_plan import gather_service, plan_service

        if self.settings is not None and self.settings.keep_logs:
            request = request.model_copy(update={"keep_logs": True})
        snapshot = self.snapshot()
        if (service := snapshot.service(request.container)) is not None:
            about = gather_service(self.host, snapshot, request, service)
            return plan_service(snapshot, request, about)
        facts = gather(self._engine(), self.host, snapshot, request, self._preferences(request))
        return plan_change(snapshot, request, facts)

    def apply(self, plan: Plan, progress: Progress | None = None) -> Outcome:
        """Carry a plan out; its outcome says whether it holds or was undone.

        Raises, with nothing touched: StalePlan, ChangeInProgress, Refused, EngineError.
        """
        from manager.change.executor import apply
        from manager.change.service_apply import apply_service

        if plan.service_update is not None:
            return apply_service(plan, self._deps(plan.request), progress)
        return apply(plan, self._deps(plan.request), progress)

    def recover(self) -> tuple[Recovery, ...]:
        """Finish or turn back what a crash left on this engine."""
        from manager.change.recover import recover

        return recover(self.journal, self._engine(), self.files, self.clock)

    def forget(self, change_id: str) -> Recovery:
        """Give up an interrupted change, and leave everything as it is. Raises PmapError."""
        from manager.change.recover import forget

        return forget(self.journal, self._engine(), self.clock, change_id)

    def _deps(self, request: ChangeRequest) -> Deps:
        from manager.change.deps import Deps, NoGuard, Patience

        return Deps(
            engine=self._engine(),
            host=self.host,
            journal=self.journal,
            clock=self.clock,
            files=self.files,
            snapshot=self.snapshot,
            guard=self.guard or NoGuard(),
            preferences=self._preferences(request),
            patience=Patience(
                settle=self.settle_seconds,
                probe=self.settings is None or self.settings.verify == "connect",
            ),
        )

    def _preferences(self, request: ChangeRequest) -> Preferences:
        from manager.change.dependents import KnownTies
        from manager.change.facts import Preferences
        from manager.change.request import SaveChoice

        self.ties = self.ties or KnownTies()
        preferences = Preferences(files=self.files, ties=self.ties)
        if self.settings is not None:
            preferences = replace(
                preferences,
                default_ip=self.settings.host_ip,
                stop_timeout=self.settings.stop_timeout,
            )
        if request.save is not SaveChoice.NO:
            from manager.saving import saver

            preferences = replace(preferences, save=saver(request.save))
        return preferences

    def history(self) -> tuple[Mapping[str, Any], ...]:
        """The changes that were made, oldest first."""
        return self.journal.history()

    def undo_request(self, change_id: str | None = None, **options: Any) -> Restore:
        """The request that turns a change round: the one with this id, else this engine's last.

        options are fields of the request (save, layer, ...). Raises Refused, InvalidInput.
        """
        from manager.change.request import Restore
        from manager.change.service_plan import undo_service
        from manager.change.undo import find_change, undo_request

        snapshot = self.snapshot(host=False)
        entries = self.history()
        if change_id is None and snapshot.engine is not None:
            entries = tuple(e for e in entries if e.get("engine_key") == snapshot.engine.key)
        entry = find_change(entries, change_id)
        undo = undo_service if entry.get("swarm_service") else undo_request
        request = undo(entry, snapshot)
        return Restore.model_validate(request.model_dump() | options)

    def open_changes(self) -> tuple[Mapping[str, Any], ...]:
        """The changes of this engine that were interrupted and wait for `recover`.

        One that is under way right now is not among them: its pmap holds the lock.
        """
        entries = self.journal.open_entries()
        info = self.engine.info() if self.engine else None
        if not entries or info is None:
            return entries
        try:
            with self.journal.lock(info.key):
                left = self.journal.open_entries()
        except ChangeInProgress:
            return ()
        return tuple(e for e in left if "corrupt" in e or e.get("engine_key") == info.key)

    def watch(self, stop: threading.Event) -> Iterator[PortChange | EngineEvent]:
        """The port map's changes until `stop` is set."""
        return watch_ports(self._engine(), lambda: self.snapshot(host=False), stop)

    def events(self, stop: threading.Event) -> Iterator[EngineEvent]:
        """The engine's events until `stop` is set."""
        return self._engine().events(stop)

    def logs(self, container_id: str, *, tail: int = 20) -> str:
        """The last lines that a container wrote."""
        return self._engine().logs(container_id, tail=tail)

    def start(self, container_id: str) -> None:
        """Start a container. Raises EngineError."""
        self._engine().start(container_id)

    def stop(self, container_id: str, *, timeout: int = 10) -> None:
        """Stop a container, killing it after `timeout` seconds. Raises EngineError."""
        self._engine().stop(container_id, timeout=timeout)
