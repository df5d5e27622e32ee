"""Why a port does not answer: the causes there are, and the sentence with its next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What keeps a port from answering, by the words of `probe --json`."""

    CONFLICT = "conflict"
    LOST_AT_START = "lost-at-start"
    STOPPED = "stopped"
    RESTARTING = "restarting"
    PAUSED = "paused"
    NO_NETWORK = "no-network"
    NOT_BOUND = "not-bound"
    LOOPBACK_INSIDE = "loopback-inside"
    IPV6_INSIDE = "ipv6-inside"
    OTHER_PROTOCOL = "other-protocol"
    OTHER_PORT = "other-port"
    NOTHING_LISTENS = "nothing-listens"
    CLOSES = "closes"
    REFUSED = "refused"
    DROPPED = "dropped"
    NO_TASK = "no-task"
    INGRESS = "ingress"


@dataclass(frozen=True, slots=True)
class Why:
    """sentence begins small and ends without a full stop; next is what to type (or to do)."""

    cause: Cause
    sentence: str
    next: str

    def __str__(self) -> str:
        return f"{self.sentence}; {self.next}"
