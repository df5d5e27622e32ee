"""What can be copied of a row: address, URL, connection string, the commands that do the same."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from manager.model.ports import format_host
from manager.model.rows import Source
from manager.model.snapshot import EngineInfo
from tui.presentation.entry import Entry

SCHEMES: dict[int, str] = {
    22: "ssh",
    25: "smtp",
    80: "http",
    443: "https",
    1025: "smtp",
    1433: "mssql",
    1883: "mqtt",
    3000: "http",
    3306: "mysql",
    4222: "nats",
    5432: "postgresql",
    5672: "amqp",
    6379: "redis",
    8000: "http",
    8080: "http",
    8443: "https",
    9000: "http",
    9090: "http",
    9092: "kafka",
    9200: "http",
    11211: "memcached",
    27017: "mongodb",
}
"""What usually talks on a container port."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Something to copy, and what it is."""

    label: str
    text: str


def host_of(entry: Entry, engine: EngineInfo | None) -> str:
    """The host to connect to, as it stands before a port."""
    if engine is not None and not engine.local:
        rest = engine.host.partition("://")[2].rpartition("@")[2]
        return rest.partition(":")[0].partition("/")[0] or "localhost"
    ip = entry.row.host_ip
    if ip is None or (ip.is_unspecified and ip.version == 4):
        return "127.0.0.1"
    return "[::1]" if ip.is_unspecified else format_host(ip)


def place_of(entry: Entry, engine: EngineInfo | None) -> str:
    """`host:port` to connect to."""
    return f"{host_of(entry, engine)}:{entry.host_port}"


def scheme_of(entry: Entry) -> str:
    """What probably talks behind it; http where nothing is known."""
    target = entry.row.container_port
    known = target.number if target is not None else entry.host_port
    return SCHEMES.get(known, "http")


def url_of(entry: Entry, engine: EngineInfo | None) -> str:
    """The URL for a browser, or for the client of the service behind it."""
    return f"{scheme_of(entry)}://{place_of(entry, engine)}"


def copies(entry: Entry, engine: EngineInfo | None) -> tuple[Copy, ...]:
    """Everything that can be copied of a row, the most usual first."""
    if entry.bare:
        return (Copy("container", entry.container_name),)
    found = [Copy("address", place_of(entry, engine))]
    if entry.row.protocol == "tcp":
        found.append(Copy("connection" if scheme_of(entry) != "http" else "URL",
                          url_of(entry, engine)))  # fmt: skip
    row, container = entry.row, entry.row.container
    if container is None:
        return (*found, Copy("who has it", f"pmap who {entry.port}"))
    name = shlex.quote(container.name)
    if row.container_port is not None and row.source is not Source.COMPOSE_FILE:
        address = "0.0.0.0" if row.host_ip is None else format_host(row.host_ip)
        spec = f"{address}:{entry.host_port}:{row.container_port.number}"
        spec += "" if row.protocol == "tcp" else f"/{row.protocol}"
        exposed = "" if entry.row.exposure.value == "loopback" else " --expose"
        found.append(Copy("pmap command", f"pmap publish {name} {spec}{exposed}"))
        found.append(
            Copy("docker command", f"docker run -d -p {spec} {shlex.quote(container.image)}")
        )
    found.append(Copy("container", container.name))
    if container.id and row.source is not Source.COMPOSE_FILE:
        found.append(Copy("container id", container.short_id))
    return tuple(found)
