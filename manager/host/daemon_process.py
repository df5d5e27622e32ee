"""The engine's daemon among the processes of this host, and what its command line says.

Source: dockerd reference, "Daemon". A flag and daemon.json never say the same twice: dockerd
refuses to start then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address
from itertools import zip_longest
from pathlib import Path

from manager.host.daemon_json import DAEMON_JSON, read_daemon_settings
from manager.host.processes import PROC
from manager.model.daemon import DaemonSettings

_FLAGS = ("--ip", "--userland-proxy", "--iptables", "--ip6tables", "--allow-direct-routing")
_FALSE = {"false", "0", "f"}


def daemon_settings(
    pid: int | None, *, proc: Path = PROC, file: Path = DAEMON_JSON
) -> DaemonSettings:
    """What the daemon with this pid was told, by file and by flags.

    Where the pid is not known, or is systemd's (which opened the socket for it), the only dockerd
    of this host is looked for; without one only the usual file is read.
    """
    words = daemon_arguments(pid, proc)
    flags = parse_flags(words or ())
    named = flags.pop("--config-file", None)
    settings = read_daemon_settings(Path(named) if named else file)
    said = tuple(f"{name}={value}" for name, value in flags.items())
    return replace(merge(settings, flags), flags=said)


def daemon_arguments(pid: int | None, proc: Path = PROC) -> tuple[str, ...] | None:
    """The command line of dockerd; None where it is not seen, or there are several."""
    if pid is not None and _name(proc / str(pid)) == "dockerd":
        return _words(proc / str(pid))
    found = [
        words
        for folder in proc.glob("[0-9]*")
        if _name(folder) == "dockerd" and (words := _words(folder)) is not None
    ]
    return found[0] if len(found) == 1 else None


def parse_flags(words: Sequence[str]) -> dict[str, str]:
    """The flags that matter here, `--ip=X` and `--ip X` alike; the last of one kind counts."""
    wanted = {*_FLAGS, "--config-file"}
    found: dict[str, str] = {}
    for word, after in zip_longest(words, words[1:], fillvalue=""):
        name, equals, value = word.partition("=")
        if name in wanted:
            takes_value = name in {"--ip", "--config-file"}
            found[name] = value if equals else after if takes_value else "true"
    return found


def merge(settings: DaemonSettings, flags: Mapping[str, str]) -> DaemonSettings:
    """The settings of the file, with what the command line says over them."""

    def truth(name: str, otherwise: bool | None) -> bool | None:
        return otherwise if name not in flags else flags[name].lower() not in _FALSE

    ip = settings.ip
    if "--ip" in flags:
        try:
            ip = ip_address(flags["--ip"])
        except ValueError:
            ip = settings.ip
    return replace(
        settings,
        ip=ip,
        userland_proxy=truth("--userland-proxy", settings.userland_proxy),
        iptables=truth("--iptables", settings.iptables),
        ip6tables=truth("--ip6tables", settings.ip6tables),
        allow_direct_routing=truth("--allow-direct-routing", settings.allow_direct_routing),
    )


def _name(folder: Path) -> str:
    try:
        return (folder / "comm").read_bytes().decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _words(folder: Path) -> tuple[str, ...] | None:
    try:
        raw = (folder / "cmdline").read_bytes()
    except OSError:
        return None
    return tuple(raw.decode("utf-8", "replace").rstrip("\0").split("\0"))
