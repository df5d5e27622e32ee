"""What background threads tell the screen. They never touch a widget themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from manager.errors import PmapError
from manager.model.ports import Port
from manager.model.snapshot import Snapshot
from tui.presentation.entry import Asked, Entry, Identity

if TYPE_CHECKING:
    from manager.change.plan import Outcome, Plan
    from manager.doctor.result import CheckResult
    from manager.service import PortManager
    from tui.checking import Checkup, Mend


class News(Message):
    """What the app itself is told; tui.news says what it does about each."""


@dataclass
class ManagerOpened(News):
    """A core to call; its engine may be None, with the reason in `unavailable`."""

    manager: PortManager


@dataclass
class SnapshotTaken(News):
    """Engine and host, read anew, with the entries made of them.

    touched: the ids of the containers that something has happened to since the last one.
    """

    snapshot: Snapshot
    entries: tuple[Entry, ...]
    touched: frozenset[str] = frozenset()


@dataclass
class EngineLost(News):
    """The engine does not answer. `retry`: seconds until the next try, where one is planned."""

    error: PmapError
    retry: float | None


@dataclass
class PlanReady(Message):
    """The plans, or the refusal, for the form's draft number `ticket`.

    free: a free host port to take instead, where the wanted one is held. agreements: the fields
    of the draft that would get past the refusal.
    """

    ticket: int
    plans: tuple[Plan, ...]
    error: PmapError | None = None
    free: int | None = None
    agreements: frozenset[str] = frozenset()


@dataclass
class LookedInside(Message):
    """What listens in a container, by its id."""

    container: str
    ports: tuple[Port, ...]


@dataclass
class StepTaken(Message):
    """A step of the change that is being made: start, done or failed."""

    name: str
    state: str
    seconds: float


@dataclass
class ChangeEnded(Message):
    """A change is over; one of outcome and error is None. last: no other follows it."""

    outcome: Outcome | None
    error: PmapError | None = None
    last: bool = True


@dataclass
class Answered(News):
    """What asking the row of that identity brought; None where it could not be asked."""

    identity: Identity
    asked: Asked | None


@dataclass
class Told(News):
    """A text to read under a title; without a title it is a word of warning."""

    title: str
    lines: tuple[str, ...]


@dataclass
class Checked(Message):
    """A check of doctor has ended."""

    result: CheckResult


@dataclass
class CheckedAll(Message):
    """Every check of doctor has ended."""


@dataclass
class CheckupDone(Message):
    """The compose files were checked."""

    checkup: Checkup


@dataclass
class MendReady(Message):
    """The safe fixes of a file were worked out."""

    mend: Mend


@dataclass
class Crashed(News):
    """A thread died of an error that nobody expected: the screen must not go on as if not."""

    error: BaseException
