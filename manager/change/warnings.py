"""What a person should know about a plan that is not refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from manager.change.facts import Facts
from manager.change.inside import listens_on_loopback_only
from manager.change.mappings import held_for
from manager.change.plan import Plan
from manager.change.request import ChangeRequest, Restore, SaveChoice
from manager.model.exposure import Exposure, exposure_of
from manager.model.portclass import PortClass, port_class
from manager.model.ports import Port
from manager.model.snapshot import Snapshot


def warnings(snapshot: Snapshot, request: ChangeRequest, facts: Facts, plan: Plan) -> Iterator[str]:
    """One sentence each, what matters most first."""
    yield from _exposure(request, plan)
    yield from _inside(facts, plan)
    yield from _engine_chosen(facts, plan)
    yield from _ephemeral(snapshot, plan)
    yield from _privileged(snapshot, plan)
    yield from _compose(request, facts)
    yield from facts.notes
    for dependent in facts.dependents:
        if not dependent.must_follow:
            yield f"{dependent.words}: they stay mounted, nothing is done to it"
    if request.keep_logs and facts.target.name not in facts.logged:
        yield f"the engine keeps no logs of {facts.target.name}: its log driver passes them on"
    if (facts.record.get("HostConfig") or {}).get("AutoRemove"):
        yield "made with --rm: it is gone once it stops, and the way back would make it anew"
    if snapshot.engine is not None and not snapshot.engine.ports_here:
        yield "the engine is on another host, whose other ports cannot be seen from here"


def _exposure(request: ChangeRequest, plan: Plan) -> Iterator[str]:
    again = " again" if isinstance(request, Restore) else ""
    for mapping in plan.added:
        exposure = exposure_of(mapping.binding.host_ip)
        if exposure is not Exposure.LOOPBACK:
            yield f"{mapping.binding} can be reached{again} by {exposure.reach}"


def _inside(facts: Facts, plan: Plan) -> Iterator[str]:
    if facts.inside is None or not facts.target.running:
        return
    listening = {Port(socket.host_port, socket.protocol) for socket in facts.inside}
    for port in sorted({mapping.container_port for mapping in plan.added}):
        if listens_on_loopback_only(port, facts.inside):
            yield (
                f"the app listens on {port} at 127.0.0.1 inside the container alone, where no"
                " published port reaches it: it must listen on 0.0.0.0"
            )
        elif port not in listening:
            yield f"nothing listens on {port} in the container right now"


def _engine_chosen(facts: Facts, plan: Plan) -> Iterator[str]:
    for mapping in plan.after:
        if mapping.binding.host_port is None and facts.target.running:
            held = sorted({p.host_port for p in held_for(mapping, facts.target.published)})
            now = f", {', '.join(map(str, held))} until now" if held else ""
            yield f"the engine chooses the host port of {mapping.container_port} anew{now}"


def _ephemeral(snapshot: Snapshot, plan: Plan) -> Iterator[str]:
    for mapping in plan.added:
        number = mapping.binding.host_port
        if number is not None and number in snapshot.ephemeral:
            yield (
                f"{number} is in this host's range for clients ({snapshot.ephemeral}): an"
                " outgoing connection may hold it when the container starts"
            )


def _privileged(snapshot: Snapshot, plan: Plan) -> Iterator[str]:
    if snapshot.engine is None or not snapshot.engine.rootless:
        return
    for mapping in plan.added:
        number = mapping.binding.host_port
        if number is not None and port_class(number) is PortClass.SYSTEM:
            yield (
                f"the engine runs without root, and may not bind {number}: ports below 1024 need"
                f" net.ipv4.ip_unprivileged_port_start={number} on its host"
            )


def _compose(request: ChangeRequest, facts: Facts) -> Iterator[str]:
    origin = facts.target.origin
    if isinstance(request, Restore) and request.file is not None:
        taken_back = facts.file_edit is not None and facts.file_edit.path == request.file.path
        if not taken_back:
            yield f"{request.file.path} has been changed since: it stays as it is"
            return
    if facts.file_edit is not None and facts.file_edit.note:
        yield facts.file_edit.note
    if origin is None:
        if request.save is not SaveChoice.NO:
            yield f"{facts.target.name} does not come from a compose file: nothing is saved"
    elif facts.file_edit is None:
        where = origin.files[-1] if origin.files else f"project {origin.project}"
        yield (
            f"service {origin.service} is described in {where}: once that changes, docker"
            " compose up sets its ports again; --save writes the change there"
        )
    elif facts.file_edit.config_hash is None and not facts.file_edit.note:
        yield "docker compose could not be asked: the next docker compose up recreates it again"
