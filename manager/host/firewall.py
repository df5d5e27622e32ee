"""This host's firewalls: ufw, firewalld, iptables and nftables. Read, never written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from manager.host.netfilter import Chain, parse_iptables_save, parse_nft_json, rules_of
from manager.host.processes import PROC
from manager.host.ufw import ETC, read_ufw
from manager.model.firewall import FirewallFacts

_TIMEOUT = 5.0
_DENY_ALL = re.compile(r"-j (DROP|REJECT)( --reject-with \S+)?|drop|reject( with .*)?")
"""A rule without a condition, as the end of many a hand-written chain."""

_STRICT = re.compile(r"^\s*StrictForwardPorts\s*=\s*(yes|true)\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tools:
    """Where iptables-save and nft are looked for, and whether they may be asked.

    The system's own folders come first: what is found there runs as root.
    """

    folders: str = "/usr/sbin:/usr/bin:/sbin:/bin"
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    allowed: bool = field(default_factory=lambda: os.geteuid() == 0)


def read_firewall(
    *, etc: Path = ETC, proc: Path = PROC, tools: Tools | None = None
) -> FirewallFacts:
    """Read every firewall that this user may read. Starts iptables-save and nft, as root only."""
    chains, sources, unknown = _chains(tools or Tools())
    ufw, firewalld = read_ufw(etc), firewalld_runs(proc)
    if ufw is not None:
        sources = (*sources, "ufw")
    return FirewallFacts(
        ufw,
        firewalld,
        _input_policy(chains),
        rules_of(chains, "DOCKER-USER"),
        sources,
        unknown,
        _engine_rules(chains, sources, proc),
        firewalld and _strict_forward(etc),
    )


def firewalld_runs(proc: Path = PROC) -> bool:
    """Whether a firewalld daemon is among the processes of this network: others guard theirs."""
    for comm in proc.glob("[0-9]*/comm"):
        try:
            if comm.read_bytes().strip() == b"firewalld" and _in_this_network(comm.parent, proc):
                return True
        except OSError:
            continue
    return False


def _in_this_network(process: Path, proc: Path) -> bool:
    """By the inode of net/dev, which is one for each namespace; True where that is not told."""
    try:
        here, there = (os.stat(folder / "net/dev") for folder in (proc / "self", process))
    except OSError:
        return True
    return here.st_ino == there.st_ino


def _strict_forward(etc: Path) -> bool:
    """Whether firewalld.conf says StrictForwardPorts=yes (firewalld.conf(5), since 2.3)."""
    try:
        text = (etc / "firewalld" / "firewalld.conf").read_text("utf-8", "replace")
    except OSError:
        return False
    return _STRICT.search(text) is not None


def _engine_rules(chains: tuple[Chain, ...], sources: tuple[str, ...], proc: Path) -> bool | None:
    """Whether Docker's rules are in the kernel, by either of its backends; None if not known."""
    if any(_is_engines(chain) for chain in chains):
        return True
    try:
        legacy = "nat" in (proc / "thread-self/net/ip_tables_names").read_text("ascii").split()
    except OSError:
        legacy = False
    # A newer iptables-save does not show what an older iptables wrote.
    return None if legacy or "iptables-save" not in sources else False


def _is_engines(chain: Chain) -> bool:
    return (chain.table, chain.name) == ("nat", "DOCKER") or chain.table == "docker-bridges"


def _input_policy(chains: tuple[Chain, ...]) -> str | None:
    """What the chains that see incoming packets do with those that no rule of theirs allows."""
    inputs = [c for c in chains if c.hook == "input"]
    policies = {c.policy for c in inputs if c.policy}
    if "drop" in policies or any(_DENY_ALL.fullmatch(rule) for c in inputs for rule in c.rules):
        return "drop"
    return "accept" if policies else None


def _chains(tools: Tools) -> tuple[tuple[Chain, ...], tuple[str, ...], tuple[str, ...]]:
    """The kernel's chains, what they were read from, and what could not be read."""
    if not tools.allowed:
        return (), (), ("iptables and nftables: only root may read them",)
    chains: tuple[Chain, ...] = ()
    sources: list[str] = []
    unknown: list[str] = []
    for tool, family in (("iptables-save", "ip"), ("ip6tables-save", "ip6")):
        if (text := _output([tool], tools, unknown)) is not None:
            chains += parse_iptables_save(text, family)
            sources.append(tool)
    if (text := _output(["nft", "-j", "list", "ruleset"], tools, unknown)) is not None:
        try:
            # iptables-nft shows its tables here a second time.
            seen = {(c.family, c.table, c.name) for c in chains}
            extra = parse_nft_json(text)
            chains += tuple(c for c in extra if (c.family, c.table, c.name) not in seen)
            sources.append("nft")
        except (ValueError, RecursionError) as error:
            unknown.append(f"nft: its output cannot be read ({error})")
    if not sources and not unknown:
        unknown.append("neither iptables-save nor nft is installed")
    return chains, tuple(sources), tuple(unknown)


def _output(command: list[str], tools: Tools, unknown: list[str]) -> str | None:
    """What a program prints; None when it is not installed, or fails (told in `unknown`)."""
    search = f"{tools.folders}:{tools.environ.get('PATH', '')}"
    program = shutil.which(command[0], path=search)
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 -- fixed words, found on the search path, no shell
            [program, *command[1:]],
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
            env={**tools.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        unknown.append(f"{command[0]}: {error}")
        return None
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        unknown.append(f"{command[0]}: {lines[0] if lines else f'exit {done.returncode}'}")
        return None
    return done.stdout.decode("utf-8", "replace")
