"""Bugs of the engine's version that lose ports or open them.

Sources: moby#45610 (28.0), moby#49501 (28.0.1), CVE-2025-54388 (28.3.3), moby#51758 (open, seen
in 29.1 and 29.2), moby#53153 (open, rootless 29).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, Status, passed
from manager.model.exposure import Exposure
from manager.model.snapshot import EngineInfo
from manager.model.verdict import CLOSED_TO_NEIGHBOURS
from manager.model.version import Version, engine_version

_LATER: Version = (10**6, 0, 0)


@dataclass(frozen=True, slots=True)
class _Bug:
    """In versions from `first` until before `fixed`; applies says whether it matters here."""

    first: Version
    fixed: Version
    fact: str
    fix: str
    applies: Callable[[Examination, EngineInfo], bool]
    status: Status = Status.WARN


def _rootful(facts: Examination, info: EngineInfo) -> bool:
    del facts
    return not info.rootless


def _rootless(facts: Examination, info: EngineInfo) -> bool:
    del facts
    return info.rootless


def _beside_firewalld(facts: Examination, info: EngineInfo) -> bool:
    return info.local and facts.firewall.firewalld


def _always(facts: Examination, info: EngineInfo) -> bool:
    del facts, info
    return True


BUGS = (
    _Bug(
        (0, 0, 0),
        CLOSED_TO_NEIGHBOURS,
        "neighbours on the network segment reach containers by their own address, also on ports"
        " published on 127.0.0.1 (moby#45610)",
        "update the engine to 28.0 or later",
        _rootful,
    ),
    _Bug(
        (28, 0, 0),
        (28, 0, 1),
        "a container that restarts by itself and finds its port taken restarts in a tight loop"
        " (moby#49501)",
        "update the engine to 28.0.1 or later",
        _always,
    ),
    _Bug(
        (28, 2, 0),
        (28, 3, 3),
        "after a reload of firewalld, which runs here, ports published on 127.0.0.1 are open to"
        " the network segment (CVE-2025-54388)",
        "update the engine to 28.3.3 or later; until then systemctl restart docker after a reload",
        _beside_firewalld,
        Status.FAIL,
    ),
    _Bug(
        (29, 1, 0),
        (29, 3, 0),
        "docker start of a created container ignores a taken port and runs without it (moby#51758)",
        "after docker start, pmap ls NAME shows what is really bound",
        _always,
    ),
    _Bug(
        (29, 0, 0),
        _LATER,
        "a port that the engine chooses fails at start when a process of the host has it"
        " (moby#53153, rootless engines)",
        "name host ports outside the ephemeral range: pmap free",
        _rootless,
    ),
)


def _look(facts: Examination) -> Iterator[Remark]:
    info = facts.info
    if info is None or info.podman:
        return
    version = engine_version(info.version)
    if version is None:
        yield passed(f"{info.version} is no version that bugs are known of")
        return
    found = [bug for bug in BUGS if bug.first <= version < bug.fixed and bug.applies(facts, info)]
    for bug in found:
        named = _concerned(facts) if bug.fixed == CLOSED_TO_NEIGHBOURS else ""
        yield Remark(bug.status, f"{info.version}: {bug.fact}{named}", bug.fix)
    if not found:
        yield passed(f"no port bug is known of {info.version}")


def _concerned(facts: Examination) -> str:
    """Which ports people believe to be closed."""
    names = [
        f"{row.host} ({row.container.name})"
        for row in facts.rows
        if row.container
        and row.bound
        and row.exposure is Exposure.LOOPBACK
        and facts.verdict(row).neighbours
    ]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"; here {', '.join(names[:3])}{more}" if names else ""


CHECK = Check("known-bugs", "Known bugs", _look)
