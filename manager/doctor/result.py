"""What a check says: pass, warn or fail, the fact, and the fix to type."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check ended, by the words of `doctor --json`."""

    PASS = "pass"  # noqa: S105 -- the word for a good result
    WARN = "warn"
    FAIL = "fail"

    @property
    def rank(self) -> int:
        """0 for pass, 2 for fail: worse is higher."""
        return list(Status).index(self)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a check found. fact and fix are one line each, and not escaped."""

    status: Status
    fact: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A remark with the check that made it: `check` is a stable id, `title` its name."""

    check: str
    title: str
    status: Status
    fact: str
    fix: str = ""


def passed(fact: str) -> Remark:
    """All is well, and why that is known."""
    return Remark(Status.PASS, fact)


def warned(fact: str, fix: str) -> Remark:
    """It works, and may surprise."""
    return Remark(Status.WARN, fact, fix)


def failed(fact: str, fix: str) -> Remark:
    """It does not work, or is open to whom it should not be."""
    return Remark(Status.FAIL, fact, fix)
