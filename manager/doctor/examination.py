"""Everything that the checks look at, each read when first asked for and then kept."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from functools import cached_property

from manager.errors import EngineUnavailable, NoSuchContainer
from manager.inquiries import Prober, Surroundings
from manager.inside import listening_in, start_error
from manager.interfaces import Engine, Host, Journal
from manager.model.container import Container
from manager.model.daemon import DaemonSettings
from manager.model.firewall import FirewallFacts
from manager.model.listener import HostSocket
from manager.model.network import Network
from manager.model.ports import PortMapping
from manager.model.rows import PortRow, port_rows
from manager.model.snapshot import EngineInfo, Snapshot
from manager.model.verdict import Verdict
from manager.verdicts import Surveyor


class Examination:
    """The facts behind the checks, which run in several threads.

    Engine and snapshot are asked by one thread at a time. Every reading may raise EngineError.
    """

    def __init__(
        self,
        engine: Engine | None,
        unavailable: EngineUnavailable | None,
        *,
        host: Host,
        prober: Prober,
        surroundings: Surroundings,
        journal: Journal,
        take_snapshot: Callable[[], Snapshot],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.unavailable = unavailable
        self.host = host
        self.prober = prober
        self.surroundings = surroundings
        self.journal = journal
        self.environ = environ
        self._engine = engine
        self._take_snapshot = take_snapshot
        self._lock = threading.RLock()

    @property
    def info(self) -> EngineInfo | None:
        """The engine, None where none answers."""
        with self._lock:
            return self._engine.info() if self._engine else None

    @property
    def ours(self) -> bool:
        """Whether this host is the engine's: only then do its settings and sockets matter."""
        info = self.info
        return info is not None and info.local

    @property
    def snapshot(self) -> Snapshot:
        """Engine and host when first asked for."""
        with self._lock:
            return self._snapshot

    @cached_property
    def _snapshot(self) -> Snapshot:
        return self._take_snapshot()

    @property
    def rows(self) -> list[PortRow]:
        """The table of ports."""
        return port_rows(self.snapshot)

    @cached_property
    def _networks(self) -> tuple[Network, ...]:
        return self._engine.networks() if self._engine else ()

    @property
    def networks(self) -> tuple[Network, ...]:
        """The engine's networks."""
        with self._lock:
            return self._networks

    @property
    def daemon(self) -> DaemonSettings:
        """What the engine's daemon was told; only of this host's own engine."""
        with self._lock:
            return self._daemon

    @cached_property
    def _daemon(self) -> DaemonSettings:
        info = self.info
        return self.surroundings.daemon_settings(info.pid if info else None)

    @property
    def firewall(self) -> FirewallFacts:
        """This host's firewalls."""
        with self._lock:
            return self._firewall

    @cached_property
    def _firewall(self) -> FirewallFacts:
        return self.surroundings.firewall()

    def verdict(self, row: PortRow) -> Verdict:
        """Who really reaches a row's port."""
        with self._lock:
            return self._surveyor.verdict(row)

    @cached_property
    def _surveyor(self) -> Surveyor:
        return Surveyor(self._engine, self.surroundings)

    def inside(self, container: Container) -> tuple[HostSocket, ...] | None:
        """What listens in a container, None where that cannot be seen."""
        with self._lock:
            if self._engine is None:
                return None
            return listening_in(self._engine, self.host, container)

    def asked_of(self, container: Container) -> tuple[PortMapping, ...]:
        """What a container asked for; the list of running ones tells only what they hold."""
        if container.mappings_known or self._engine is None:
            return container.mappings
        with self._lock:
            try:
                return self._engine.decode(self._engine.record(container.id)).mappings
            except NoSuchContainer:
                return ()

    def start_error(self, container: Container) -> str:
        """What the engine said when a container did not start."""
        with self._lock:
            return start_error(self._engine, container) if self._engine else ""
