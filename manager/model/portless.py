"""Why containers that were asked about have no port on the host, and what to type. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from manager.errors import Refused
from manager.model.container import Container
from manager.model.sharing import network_owner, shares_network


def without_port(
    wanted: str, found: Sequence[Container], containers: Iterable[Container]
) -> Refused:
    """The refusal for a name whose containers have none; no container is a swarm service."""
    if not found:
        hint = f"pmap publish {shlex.quote(wanted)} 0 --expose gives it one on every node"
        return _refused(f"service {wanted} has no port", hint)
    first, name = found[0], shlex.quote(found[0].name)
    if len(found) > 1:
        return _refused(f"{wanted} has no port on this host", f"pmap publish {name} 0 gives one")
    if first.pod:
        said = f"{wanted} belongs to pod {first.pod}, which has the ports"
        return _refused(said, f"pmap probe {shlex.quote(first.pod)}")
    if shares_network(first):
        return _of_sharer(wanted, name, network_owner(first, containers))
    if first.network_mode == "host":
        return _on_host(wanted, first, name)
    if first.network_mode == "none":
        said = f"{wanted} has no network (network none), so nothing reaches it"
        return _refused(said, "create it anew with a network, as in docker run --network bridge")
    return _refused(f"{wanted} has no port on this host", f"pmap publish {name} 0 gives it one")


def _of_sharer(wanted: str, name: str, owner: Container | None) -> Refused:
    if owner is None:
        said = f"{wanted} lived in the network of a container that is gone"
        return _refused(said, f"create it anew; docker inspect {name} shows what it was made of")
    said = f"{wanted} lives in the network of {owner.name}, and its ports are that one's"
    return _refused(said, f"pmap probe {shlex.quote(owner.name)}")


def _on_host(wanted: str, container: Container, name: str) -> Refused:
    uses = f"{wanted} uses the host's own network"
    if container.state.holds_ports:
        said = f"{uses}, and is not seen to listen on any port of it"
        return _refused(said, f"docker logs --tail 20 {name} says what it does")
    said = f"{uses}, and is {container.state}: what it listens on is known only while it runs"
    return _refused(said, f"docker start {name}")


def _refused(said: str, hint: str) -> Refused:
    return Refused(said, hint=hint)
