"""What must be read before a change can be planned: gather reads, the planner only thinks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from manager.change.conflicts import LACKING, not_for_anybody
from manager.change.dependents import Dependent, KnownTies, find_dependents
from manager.change.fileedit import FileEdit, PlanSave
from manager.change.filework import content
from manager.change.layer import paths_to_copy
from manager.change.mappings import socket_of
from manager.change.request import ChangeRequest, LayerChoice, Restore, SaveChoice
from manager.change.resolve import LOOPBACK, Inputs, resolve
from manager.change.validate import check_target
from manager.errors import InvalidInput
from manager.interfaces import (
    Blueprint,
    Engine,
    EngineReader,
    Files,
    Host,
    LayerChange,
    LayerExtent,
    Record,
)
from manager.model.conflict import container_sockets
from manager.model.container import Container
from manager.model.listener import HostSocket
from manager.model.network import Network
from manager.model.ports import IPAddress, PortMapping
from manager.model.snapshot import Snapshot

_NO_PERMISSION = "permission denied"
_TRIES = 64
_ENGINES_OWN_NETWORKS = frozenset({"bridge", "host", "none"})


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything beside the snapshot that a plan is made from.

    target: the container decoded from its `record`, so that what was asked is known.
    inside: what listens in it; bind_errors: why a real bind of a wanted socket failed.
    layers: what the writable layers hold, by container name, of the target and of those that
    follow it. lost_networks: networks that are gone or are not the same any
    more, networks all that the engine has. logged: the containers whose output the engine keeps,
    by name, where that is to be kept. stop_timeout: seconds, when a setting overrides it.
    extents: how much each of the layers holds, by container name, where it is to be copied.
    originals: how to make each again as it is, by container name, while its image is there.
    """

    id: str
    record: Record
    target: Container
    inside: tuple[HostSocket, ...] | None = None
    bind_errors: Mapping[HostSocket, str] = field(default_factory=dict)
    layers: Mapping[str, tuple[LayerChange, ...]] = field(default_factory=dict)
    dependents: tuple[Dependent, ...] = ()
    image_present: bool = True
    lost_networks: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    logged: frozenset[str] = frozenset()
    file_edit: FileEdit | None = None
    save_problem: str = ""
    save_hint: str = ""
    default_ip: IPAddress = LOOPBACK
    stop_timeout: int | None = None
    originals: Mapping[str, Blueprint] = field(default_factory=dict)
    extents: Mapping[str, LayerExtent] = field(default_factory=dict)

    @property
    def following(self) -> tuple[Dependent, ...]:
        """The containers that must be recreated with the target."""
        return tuple(dependent for dependent in self.dependents if dependent.must_follow)

    @property
    def replaced(self) -> tuple[tuple[Container, Record], ...]:
        """Every container that is recreated, the target first, with its record."""
        return ((self.target, self.record), *((d.container, d.record) for d in self.following))

    @property
    def notes(self) -> Iterator[str]:
        """What cannot be made again quite as it was, and with what instead."""
        for one, _ in self.replaced:
            whose = "" if one is self.target else f"{one.name}: "
            if one.name in self.originals:
                yield from (f"{whose}{note}" for note in self.originals[one.name].notes)

    def inputs(self, snapshot: Snapshot) -> Inputs:
        """What resolving the request needs."""
        return Inputs(
            snapshot, self.target, self.inside, frozenset(self.bind_errors), self.default_ip
        )


@dataclass(frozen=True, slots=True)
class Preferences:
    """What settings say about changes, and what other rooms lend to them.

    save plans the edit of a compose file; files reads the file that an undo takes back; ties
    remembers who hangs on whom.
    """

    default_ip: IPAddress = LOOPBACK
    stop_timeout: int | None = None
    save: PlanSave | None = None
    files: Files | None = None
    ties: KnownTies | None = None


def gather(
    engine: Engine,
    host: Host,
    snapshot: Snapshot,
    request: ChangeRequest,
    preferences: Preferences | None = None,
) -> Facts:
    """Read what the planner needs, change nothing. Raises NoSuchContainer, Refused, EngineError."""
    preferences = preferences or Preferences()
    record = engine.record(snapshot.container(request.container).id)
    target = engine.decode(record)
    facts = Facts(
        id=secrets.token_hex(4),
        record=record,
        target=target,
        default_ip=preferences.default_ip,
        stop_timeout=preferences.stop_timeout,
    )
    check_target(snapshot, request, target, record)
    info = snapshot.engine
    if info is not None and info.local and target.pid:
        facts = replace(facts, inside=host.listening_inside(target.pid))
    ports_here = info is not None and info.ports_here
    facts = _with_binds(host, snapshot, request, facts, local=ports_here)
    after = resolve(request, facts.inputs(snapshot)).after
    if after == target.mappings:
        return facts
    facts = replace(
        facts,
        dependents=find_dependents(engine, snapshot, target, preferences.ties),
        image_present=engine.image_id(str(record.get("Image", ""))) is not None,
        networks=(networks := engine.networks()),
        lost_networks=_lost_networks(networks, record),
    )
    facts = replace(facts, layers=_layers(engine, facts))
    if request.layer is LayerChoice.KEEP:
        facts = replace(facts, extents=_extents(engine, facts))
    if facts.image_present:
        facts = replace(facts, originals=_originals(engine, facts))
    if request.keep_logs:
        logged = frozenset(one.name for one, _ in facts.replaced if engine.holds_logs(one.id))
        facts = replace(facts, logged=logged)
    return _with_file(request, facts, after, preferences)


def _layers(engine: EngineReader, facts: Facts) -> dict[str, tuple[LayerChange, ...]]:
    layers = {one.name: engine.layer_changes(one.id) for one, _ in facts.replaced}
    return {name: changes for name, changes in layers.items() if changes}


def _extents(engine: EngineReader, facts: Facts) -> dict[str, LayerExtent]:
    return {
        one.name: engine.layer_extent(one.id)
        for one, _ in facts.replaced
        if paths_to_copy(facts.layers.get(one.name, ()))
    }


def _originals(engine: Engine, facts: Facts) -> dict[str, Blueprint]:
    return {one.name: engine.blueprint(record, one.mappings) for one, record in facts.replaced}


def new_sockets(target: Container, after: tuple[PortMapping, ...]) -> tuple[HostSocket, ...]:
    """The host sockets that the container does not ask for today."""
    return tuple(
        socket
        for mapping in after
        if mapping not in target.mappings and (socket := socket_of(mapping)) is not None
    )


def _with_binds(
    host: Host, snapshot: Snapshot, request: ChangeRequest, facts: Facts, *, local: bool
) -> Facts:
    """Try to bind what is wanted; where pmap picks the port, pick again until one can be bound."""
    if not local:
        return facts
    own = list(container_sockets(facts.target)) if facts.target.state.holds_ports else []
    # A virtual machine's kernel may have what this one lacks.
    elsewhere = snapshot.engine is None or not snapshot.engine.local
    for _ in range(_TRIES):
        wanted = new_sockets(facts.target, resolve(request, facts.inputs(snapshot)).after)
        failed = {
            socket: reason
            for socket in wanted
            if socket not in facts.bind_errors
            # What it holds itself is in nobody's way, and a privileged port is the engine's matter.
            and not any(socket.overlaps(held) for held in own)
            and (reason := host.bind_error(socket)) is not None
            and _NO_PERMISSION not in reason.lower()
            and not (elsewhere and LACKING in reason)
        }
        if not failed:
            break
        for socket, reason in failed.items():
            if LACKING in reason and (refused := not_for_anybody(socket, reason)) is not None:
                # No other port would do either.
                raise refused
        facts = replace(facts, bind_errors={**facts.bind_errors, **failed})
    return facts


def _lost_networks(networks: tuple[Network, ...], record: Record) -> tuple[str, ...]:
    """Networks of the container that are gone, or have another id than when it joined them."""
    ids = {network.name: network.id for network in networks}
    endpoints = (record.get("NetworkSettings") or {}).get("Networks") or {}
    lost = []
    for name, endpoint in endpoints.items():
        joined = (endpoint or {}).get("NetworkID") or ""
        # Podman writes the name there.
        if name not in ids or joined not in {"", name, ids[name]}:
            lost.append(name)
    return tuple(lost)


def _with_file(
    request: ChangeRequest,
    facts: Facts,
    after: tuple[PortMapping, ...],
    preferences: Preferences,
) -> Facts:
    """The file that is changed too: taken back as it was, or edited by the compose room."""
    if isinstance(request, Restore) and request.file is not None and preferences.files is not None:
        back = request.file.edit(content(preferences.files, request.file.path))
        if back is not None:
            return _with_edit(facts, back, preferences.files)
    if request.save is SaveChoice.NO or facts.target.origin is None:
        return facts
    if preferences.save is None:
        return replace(facts, save_problem="compose files cannot be written here")
    planned = preferences.save(facts.target, facts.target.mappings, after)
    if isinstance(planned, str):
        return replace(facts, save_problem=planned)
    return _with_edit(facts, planned, preferences.files)


def _with_edit(facts: Facts, edit: FileEdit, files: Files | None) -> Facts:
    """The facts with the edit, or with why the file can not be written: found before an outage."""
    facts = replace(facts, file_edit=edit)
    if files is None or edit.after is None or edit.after == edit.before:
        return facts
    try:
        files.check_writable(edit.path)
    except InvalidInput as error:
        return replace(facts, save_problem=error.message, save_hint=error.hint)
    return facts
