"""When a change is refused before anything is touched, and what to do instead. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from manager.change.commands import as_command
from manager.change.dependents import Dependent
from manager.change.image import is_image_id
from manager.change.layer import listed, worth_keeping
from manager.change.request import ChangeRequest, LayerChoice, Restore, SaveChoice
from manager.errors import Refused
from manager.interfaces import LayerChange, Record
from manager.model.container import (
    SWARM_SERVICE_LABEL,
    TASK_LABEL,
    Container,
    ContainerState,
)
from manager.model.network import Network
from manager.model.snapshot import Snapshot

_JOINED_BY_ITSELF = {"default", "bridge", ""}
_SILENT = {"macvlan", "ipvlan", "null"}
"""Network drivers whose containers are neighbours of the host, with ports of their own."""

_CHANGEABLE = {ContainerState.RUNNING, ContainerState.EXITED, ContainerState.CREATED}


def check_target(
    snapshot: Snapshot, request: ChangeRequest, target: Container, record: Record
) -> None:
    """Refuse containers whose ports cannot be changed, or not without harm. Raises Refused."""
    _check_swarm(request, target)
    if pod := str(record.get("Pod") or ""):
        # A name, or the id where the engine tells no more.
        pod = pod[:12] if len(pod) == 64 else pod
        raise Refused(
            f"{target.name} belongs to pod {pod}: its ports are the pod's",
            hint="create the pod anew with the ports, as in podman pod create -p 8080:80",
        )
    _check_network(snapshot, request, target)
    _check_state(target)
    host_config: Mapping[str, Any] = record.get("HostConfig") or {}
    if host_config.get("AutoRemove") and not request.auto_remove:
        again = as_command(request.model_copy(update={"auto_remove": True}))
        raise Refused(
            f"{target.name} was made with --rm: it is gone once it stops, so that the way back"
            " would have to make it anew",
            hint=f"to accept that: {again}",
        )


def _check_swarm(request: ChangeRequest, target: Container) -> None:
    if not target.labels.get(TASK_LABEL):
        return
    service = target.labels.get(SWARM_SERVICE_LABEL, "SERVICE")
    instead = request
    if not isinstance(request, Restore):
        instead = request.model_copy(update={"container": service, "expose": True})
    raise Refused(
        f"{target.name} is a task of the swarm service {service}, which would replace it",
        hint=f"change the service itself: {as_command(instead)}",
    )


def _check_network(snapshot: Snapshot, request: ChangeRequest, target: Container) -> None:
    mode = target.network_mode
    if mode == "host":
        raise Refused(
            f"{target.name} uses the host's own network: its ports are the host's, and the"
            " engine publishes none for it",
            hint=f"change the port in the app itself; pmap ls {target.name} shows what it opens",
        )
    if mode == "none":
        raise Refused(
            f"{target.name} has no network (network none)",
            hint="create it anew with a network, as in docker run --network bridge",
        )
    if not mode.startswith("container:"):
        return
    wanted = mode.removeprefix("container:")
    owner = next((c.name for c in snapshot.containers if wanted in {c.id, c.name}), wanted[:12])
    instead = request
    if not isinstance(request, Restore):
        instead = request.model_copy(update={"container": owner})
    raise Refused(
        f"{target.name} shares the network of {owner}, which alone can publish ports",
        hint=as_command(instead),
    )


def _check_state(target: Container) -> None:
    if target.state in _CHANGEABLE:
        return
    way_out = {
        ContainerState.PAUSED: f"its memory would be lost; docker unpause {target.name}",
        ContainerState.RESTARTING: f"it does not stay up; docker logs {target.name} says why",
        ContainerState.REMOVING: f"wait until it is gone; docker ps -a --filter name={target.name}",
        ContainerState.DEAD: f"it cannot run again; docker rm {target.name}",
    }
    raise Refused(
        f"{target.name} is {target.state}, and can be changed only while it runs or is stopped",
        hint=way_out.get(target.state, f"docker inspect {target.name}"),
    )


def check_parts(
    target: Container, record: Record, *, image_present: bool, lost_networks: Iterable[str]
) -> None:
    """Refuse what the engine could not make again, nor bring back. Raises Refused."""
    if not image_present:
        image = str(record.get("Image", ""))
        named = "" if is_image_id(target.image, image) else f"{target.image}, "
        fetch = f"docker pull {target.image}, or docker load" if named else "docker load"
        raise Refused(
            f"the image of {target.name} ({named}{image[:19]}) is no longer on this engine",
            hint=f"{fetch} brings it back where it has the same id; docker export {target.name} >"
            f" {target.name}.tar keeps all its files, for a container of another image",
        )
    for network in lost_networks:
        raise Refused(
            f"{target.name} is on the network {network}, which is gone or was made anew since:"
            " once stopped, it could never start again",
            hint=f"docker network create {network}, then recreate {target.name} on it",
        )


def check_networks(target: Container, networks: Iterable[Network]) -> None:
    """Refuse when every network of the container is of a kind that publishes nothing.

    Engines take the ports all the same, and say nothing (seen on 20.10 and 28.5).
    """
    networks = tuple(networks)
    modes = _JOINED_BY_ITSELF | {network.name for network in networks}
    if networks and not target.networks and target.network_mode in modes:
        raise Refused(
            f"{target.name} has left all its networks, and publishes no ports without one",
            hint=f"docker network connect bridge {target.name}, then try again",
        )
    joined = [network for network in networks if network.name in target.networks]
    if not joined or not all(network.internal or network.driver in _SILENT for network in joined):
        return
    kinds = ", ".join(
        f"{network.name} ({'internal' if network.internal else network.driver})"
        for network in joined
    )
    raise Refused(
        f"{target.name} is only on networks that publish no ports: {kinds}",
        hint=f"docker network connect bridge {target.name}, then try again",
    )


def check_dependents(
    request: ChangeRequest, target: Container, dependents: Iterable[Dependent]
) -> None:
    """Refuse when one that would break cannot be recreated itself. Raises Refused."""
    for dependent in dependents:
        one = dependent.container
        if dependent.must_follow and one.state not in _CHANGEABLE:
            raise Refused(
                f"{dependent.words} would break when {target.name} is replaced, and cannot be"
                f" recreated with it: it is {one.state}",
                hint=f"docker stop {one.name}, or docker rm -f {one.name}, then try again",
            )
        removes_itself = (dependent.record.get("HostConfig") or {}).get("AutoRemove")
        if dependent.must_follow and removes_itself and not request.auto_remove:
            again = as_command(request.model_copy(update={"auto_remove": True}))
            raise Refused(
                f"{dependent.words} must be recreated too, and was made with --rm: it is gone"
                " once it stops, so that the way back would have to make it anew",
                hint=f"to accept that: {again}",
            )


def check_layers(request: ChangeRequest, layers: Mapping[str, tuple[LayerChange, ...]]) -> None:
    """Refuse to lose files unless it was said what becomes of them. Raises Refused."""
    if request.layer is not LayerChoice.ASK:
        return
    for name, changes in layers.items():
        if not (layer := worth_keeping(changes)):
            continue
        keep, discard = (
            as_command(request.model_copy(update={"layer": choice}))
            for choice in (LayerChoice.KEEP, LayerChoice.DISCARD)
        )
        one = len(layer) == 1
        files = "a changed file that is" if one else f"{len(layer)} changed files that are"
        raise Refused(
            f"{name} has {files} in no volume, and a new container starts without: {listed(layer)}",
            hint=f"copy: {keep}; or let go: {discard}",
        )


def check_save(request: ChangeRequest, problem: str, hint: str = "") -> None:
    """Refuse when the compose file was to be changed too and cannot be. Raises Refused.

    hint: what to type so that it can be changed.
    """
    if not problem:
        return
    ways = [hint] if hint else []
    # An undo takes back its file with the container.
    if not isinstance(request, Restore):
        without = as_command(request.model_copy(update={"save": SaveChoice.NO}))
        ways.append(f"for the container alone: {without}")
    raise Refused(f"the compose file cannot be changed: {problem}", hint="; or ".join(ways))
