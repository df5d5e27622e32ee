"""Compare two inspects leaf by leaf, by the facts and not by the product's own comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# What an engine gives anew, and what the change is about.
ALLOWED = re.compile(
    r"Id|Created|State\..*|RestartCount|(Log|Hosts|Hostname|ResolvConf)Path|GraphDriver\..*|ExecIDs"
    r"|NetworkSettings\.(SandboxID|SandboxKey|Ports\..*|EndpointID|IPAddress|MacAddress|Gateway"
    r"|IPPrefixLen|GlobalIPv6.*|IPv6Gateway|HairpinMode|LinkLocal.*|Secondary.*|Bridge)"
    r"|NetworkSettings\.Networks\.[^.]+\.(EndpointID|NetworkID|IPAddress|MacAddress|Gateway"
    r"|IPPrefixLen|DNSNames\..*|GlobalIPv6.*|IPv6Gateway)"
    r"|HostConfig\.PortBindings\..*|HostConfig\.Binds\..*|Mounts\..*\.Mode"
    r"|HostConfig\.PublishAllPorts|HostConfig\.Mounts\.\d+\.Source"
    r"|HostConfig\.Mounts\.\d+\.VolumeOptions\.NoCopy|Config\.ExposedPorts\.4321/tcp"
)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a JSON value by its path; what is null or empty has none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{number}")
    elif value not in (None, ""):
        yield path, value


def differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[int, list[str]]:
    """How many leaves were compared, and those that differ beyond what may."""
    one, two = (dict(leaves(_in_order(record))) for record in (before, after))
    if "HostConfig.Runtime" not in one:
        # Created with no HostConfig at all, where 20.10 does not name its default.
        two.pop("HostConfig.Runtime", None)
    compared = [path for path in sorted({*one, *two}) if not ALLOWED.fullmatch(path)]
    wrong = [
        f"{path}: {one.get(path)!r} -> {two.get(path)!r}"
        for path in compared
        if one.get(path) != two.get(path)
    ]
    return len(compared), wrong


def _in_order(record: dict[str, Any]) -> dict[str, Any]:
    """Lists that engines give in any order, in one order, without what is the id's own."""
    own = {record["Id"][:12], record["Config"]["Hostname"]}
    networks = record["NetworkSettings"]["Networks"]
    # Podman sets HOSTNAME where a host name is given: every process has it there anyway.
    env = {"HOSTNAME": record["Config"]["Hostname"]}
    env |= dict(each.split("=", 1) for each in record["Config"].get("Env") or ())
    return {
        **record,
        "Config": {**record["Config"], "Env": env},
        "Mounts": {mount["Destination"]: mount for mount in record["Mounts"]},
        "NetworkSettings": {
            **record["NetworkSettings"],
            "Networks": {
                name: {**endpoint, "Aliases": sorted(set(endpoint.get("Aliases") or ()) - own)}
                for name, endpoint in networks.items()
            },
        },
    }
