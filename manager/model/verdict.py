"""Who can really reach a port: its address, the engine's version and settings, the firewalls.

Sources: moby#45610 and the notes of Docker 28.0 (containers on a bridge are reachable by their
own address from the network segment before it); docs "Port publishing and mapping" and "Packet
filtering and firewalls" (DOCKER-USER; ufw and firewalld are asked too late).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from manager.model.daemon import DaemonSettings
from manager.model.exposure import Exposure
from manager.model.firewall import FirewallFacts
from manager.model.network import Network
from manager.model.rows import PortRow, Source
from manager.model.snapshot import EngineInfo
from manager.model.swarm import PublishMode
from manager.model.version import engine_version

CLOSED_TO_NEIGHBOURS = (28, 0, 0)
"""The first Docker that drops packets which neighbours send to a container's own address."""


RULES_GONE = (
    "the engine's own firewall rules are gone: ports are reached through docker-proxy alone, and"
    " containers do not reach the network"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """reach fits behind "open to"; caveats are sentences. neighbours: whoever is on the same
    network segment reaches the container's own address, whatever the port is bound to."""

    exposure: Exposure
    reach: str
    caveats: tuple[str, ...] = ()
    neighbours: bool = False

    def __str__(self) -> str:
        return f"open to {self.reach}"


def verdict(
    row: PortRow,
    engine: EngineInfo | None,
    firewall: FirewallFacts | None = None,
    *,
    networks: Iterable[Network] = (),
    daemon: DaemonSettings | None = None,
) -> Verdict:
    """Who reaches a row's port. What is None or left out is not known, and nothing is said of it.

    networks: those of the engine; the row's container names the ones that count.
    """
    caveats: list[str] = []
    around = _around(row, engine, networks, daemon)
    if around:
        caveats.append(around)
    if row.exposure is not Exposure.LOOPBACK:
        caveats += _firewall_part(row, engine, firewall, daemon)
    reach = row.exposure.reach
    if around and row.exposure is Exposure.LOOPBACK:
        reach = "this host, and neighbours on its network segment"
    if row.service is not None:
        tasks = " that runs a task of it" if row.mode is PublishMode.HOST else ""
        reach = f"every network of every node of the swarm{tasks}"
    return Verdict(row.exposure, reach, tuple(caveats), bool(around))


def _around(
    row: PortRow,
    engine: EngineInfo | None,
    networks: Iterable[Network],
    daemon: DaemonSettings | None,
) -> str:
    """Why neighbours reach the container around its binding; empty where they do not."""
    if engine is None or row.container is None or row.container_port is None:
        return ""
    # A rootless engine's bridges are in a namespace of its own, a virtual machine's in the machine.
    if engine.podman or engine.rootless or not engine.local or row.exposure is Exposure.ALL:
        return ""
    own = [n for n in networks if n.name in row.container.networks]
    if own and all(network.internal for network in own):
        return ""
    reason = _reason(engine, own, daemon)
    if not reason:
        return ""
    return (
        f"{reason}: neighbours on this host's network segment can connect to the container's own"
        f" address on port {row.container_port}, around {row.host}"
    )


def _reason(engine: EngineInfo, own: Iterable[Network], daemon: DaemonSettings | None) -> str:
    version = engine_version(engine.version)
    if version is not None and version < CLOSED_TO_NEIGHBOURS:
        return f"engine {engine.version} is older than 28.0"
    if daemon is not None and daemon.allow_direct_routing:
        return "the engine is set to allow-direct-routing"
    for network in own:
        if network.unprotected:
            mode = next(m for m in network.gateway_modes if m in {"nat-unprotected", "routed"})
            return f"network {network.name} has the gateway mode {mode}"
        if network.trusted:
            return f"network {network.name} trusts {', '.join(network.trusted)}"
    return ""


def _firewall_part(
    row: PortRow,
    engine: EngineInfo | None,
    firewall: FirewallFacts | None,
    daemon: DaemonSettings | None,
) -> list[str]:
    """What the firewalls have to do with a port that is open beyond loopback."""
    forwarded = row.source not in {Source.PROCESS, Source.HOST_NETWORK} and not (
        (engine is not None and engine.rootless)
        or (daemon is not None and daemon.iptables is False)
    )
    if firewall is None:
        return ["ufw and firewalld do not stop it: the engine's rules come first"] * forwarded
    unknown = [f"not known: {text}" for text in firewall.unknown]
    if forwarded and flushed(firewall, engine):
        return [RULES_GONE, *_asked_first(row, firewall), *unknown]
    podman = engine is not None and engine.podman
    said = _forwarded(firewall, podman=podman) if forwarded else _asked_first(row, firewall)
    return [*said, *unknown]


def flushed(firewall: FirewallFacts, engine: EngineInfo | None) -> bool:
    """Whether Docker's own rules were there once and are not now."""
    version = engine_version(engine.version) if engine else None
    if engine is None or version is None or engine.podman or firewall.engine_rules is not False:
        return False
    # From 29 on they may be nftables' own, which nft alone shows.
    return version < (29, 0, 0) or "nft" in firewall.sources


def _forwarded(firewall: FirewallFacts, *, podman: bool) -> list[str]:
    if firewall.strict_forward:
        return ["firewalld forwards only what it opens itself (StrictForwardPorts), this or not"]
    if firewall.docker_user and not podman:
        rules = len(firewall.docker_user)
        shown = f"{firewall.docker_user[0]}{' ...' if rules > 1 else ''}"
        return [f"DOCKER-USER has rules ({rules}) that may stop it: {shown}"]
    if who := firewall.denying:
        return [
            f"{who} denies incoming connections and does not stop this one: the engine forwards"
            f" it before{'' if podman else '; a rule in DOCKER-USER could'}"
        ]
    if firewall.sources:
        return ["no firewall of this host stops it, and a deny of ufw would not either"]
    return []


def _asked_first(row: PortRow, firewall: FirewallFacts) -> list[str]:
    """For what listens on the host itself: here the INPUT rules have a say."""
    if not (who := firewall.denying):
        return []
    rules = (firewall.ufw.rules if firewall.ufw and who == "ufw" else None) or ()
    port = None if row.host_ports is None else str(row.host_ports.start)
    about = [rule for rule in rules if port in rule.partition(" to ")[0].replace("/", " ").split()]
    if about:
        return [f"{who} is asked, and says: {'; '.join(about)}"]
    return [f"{who} denies incoming connections that no rule of it allows"]
