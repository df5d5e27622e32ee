"""The daemon's configuration, as far as it decides where ports are published.

Source: dockerd reference, "Daemon configuration file". Read, never written; a setting of the
wrong kind is told and not used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

from manager.model.daemon import DaemonSettings
from manager.model.network import HOST_BINDING
from manager.model.ports import IPAddress

_T = TypeVar("_T")

DAEMON_JSON = Path("/etc/docker/daemon.json")


def read_daemon_settings(path: Path = DAEMON_JSON) -> DaemonSettings:
    """Read the file; where it is not there, not readable or no JSON, the settings say so."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return DaemonSettings(str(path))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return DaemonSettings(str(path), exists=True, problems=(f"cannot be read, {reason}",))
    return parse_daemon_settings(text, str(path))


def parse_daemon_settings(text: bytes, path: str = str(DAEMON_JSON)) -> DaemonSettings:
    """The settings in the text of a daemon.json."""
    try:
        # dockerd takes an empty file for an empty object.
        content = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        return DaemonSettings(path, exists=True, problems=(f"is not JSON ({error})",))
    if not isinstance(content, dict):
        return DaemonSettings(path, exists=True, problems=("is not a JSON object",))
    problems: list[str] = []
    return DaemonSettings(
        path,
        exists=True,
        ip=_address(content, "ip", problems),
        network_ip=_address(_bridge_options(content), HOST_BINDING, problems),
        userland_proxy=_of_type(content, "userland-proxy", bool, problems),
        iptables=_of_type(content, "iptables", bool, problems),
        ip6tables=_of_type(content, "ip6tables", bool, problems),
        allow_direct_routing=_of_type(content, "allow-direct-routing", bool, problems),
        firewall_backend=_of_type(content, "firewall-backend", str, problems),
        problems=tuple(problems),
    )


def _bridge_options(content: Mapping[str, Any]) -> Mapping[str, Any]:
    options = content.get("default-network-opts")
    bridge = options.get("bridge") if isinstance(options, dict) else None
    return bridge if isinstance(bridge, dict) else {}


def _of_type(
    content: Mapping[str, Any], key: str, kind: type[_T], problems: list[str]
) -> _T | None:
    value = content.get(key)
    if value is None or isinstance(value, kind):
        return value
    problems.append(f"{key!r} should be a {kind.__name__}, and is {json.dumps(value)[:60]}")
    return None


def _address(content: Mapping[str, Any], key: str, problems: list[str]) -> IPAddress | None:
    text = _of_type(content, key, str, problems)
    if not text:
        return None
    try:
        return ip_address(text)
    except ValueError:
        problems.append(f"{key!r} is not an address: {text[:60]!r}")
        return None
