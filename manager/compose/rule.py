"""What a rule is, what it is given, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from manager.compose.config import Config
from manager.compose.publishing import Publishing, bound_address, publishing_of
from manager.compose.values import (
    Place,
    PortEntry,
    ProblemKind,
    Project,
    Service,
    SourceText,
    UnknownType,
)
from manager.model.finding import Edit, Severity
from manager.model.ports import IPAddress
from manager.model.typed import TypeVar
from manager.model.value import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from manager.compose.stakes import Clash, Side

T = TypeVar("T")


class Intent(StrEnum):
    """What a mend may change in compose's normal form; anything else undoes the mend."""

    NOTHING = "nothing"
    LOOPBACK = "the address, to 127.0.0.1"
    LOWER_CASE = "the case of the protocol"
    ACCEPTED = "a rejected entry becomes one on 127.0.0.1"
    DROPPED = "one of two equal entries goes"


class Mend(NamedTuple):
    """How to mend a hit: edits of the file that the hit is in."""

    title: str
    edits: tuple[Edit, ...]
    intent: Intent = Intent.NOTHING
    safe: bool = True


class Hit(NamedTuple):
    """What a rule says of one place. severity None is the rule's own.

    entry is the one that it speaks of, where there is one: a silencing comment on its first line
    counts too, and a mend is held to change nothing but it.
    """

    place: Place
    message: str
    hint: str = ""
    service: str | None = None
    entry: PortEntry | None = None
    severity: Severity | None = None
    mend: Mend | None = None


class Context:
    """One project, and what the rules ask of it again and again."""

    def __init__(self, project: Project, config: Config) -> None:
        self.project = project
        self.config = config
        self.demanded = {
            Place(problem.file, problem.span)
            for problem in project.problems
            if problem.kind is ProblemKind.REQUIRED_VARIABLE and problem.span is not None
        }
        """Where a variable is demanded, as in `${PORT:?}`, and has no value."""
        self._memory: dict[str, Any] = {}
        self._publishing = {s.name: publishing_of(project, s) for s in project.services}

    @property
    def is_plain(self) -> bool:
        """Whether there are no ports and no problems, so that no rule has anything to say."""
        return not self.project.problems and not any(
            service.entries or service.repeated or service.dropped
            for service in self.project.services
        )

    def publishing(self, service: Service) -> Publishing:
        """What becomes of the ports of a service."""
        return self._publishing[service.name]

    def published(self) -> list[tuple[Service, PortEntry]]:
        """Every entry that compose and the engine accept and act upon."""
        return self.once("published", _published)

    def accepted(self) -> list[tuple[Service, PortEntry]]:
        """Every entry that nobody refuses, those that compose drops as repeated among them."""
        return self.once("accepted", _accepted)

    def address(self, service: Service, entry: PortEntry) -> IPAddress | UnknownType | None:
        """Where the engine binds an entry: its own address, else the network's default."""
        return bound_address(self.project, service, entry)

    def once(self, name: str, make: Callable[[Context], T]) -> T:
        """What `make` makes of this context, made once and kept under `name`."""
        if name not in self._memory:
            self._memory[name] = make(self)
        found: T = self._memory[name]
        return found

    def service(self, name: str | None) -> Service | None:
        """The service of that name, None when there is none."""
        return self.once("services", _services).get(name or "")

    def source(self, file: str) -> SourceText | None:
        """The text of a file of the project."""
        return self.project.sources.get(file)


def _published(context: Context) -> list[tuple[Service, PortEntry]]:
    return [
        (service, entry)
        for service in context.project.services
        if context.publishing(service) is Publishing.PUBLISHED
        for entry in service.entries
        if entry.error is None
    ]


def _services(context: Context) -> dict[str, Service]:
    return {service.name: service for service in context.project.services}


def _accepted(context: Context) -> list[tuple[Service, PortEntry]]:
    return [
        (service, entry)
        for service in context.project.services
        for entry in (*service.entries, *(repeated.entry for repeated in service.repeated))
        if entry.error is None
    ]


class Rule(NamedTuple):
    """A rule: its stable id and name, how bad what it finds is, and its documentation.

    check looks at one project, across at all projects of a run; a rule has one of the two.
    narrows names a rule whose hits on the same entry are left out beside those of this one.
    """

    id: str
    name: str
    severity: Severity
    doc: str | None
    check: Callable[[Context], Iterable[Hit]] | None = None
    across: Callable[[Sequence[Side]], Iterable[Clash]] | None = None
    narrows: str = ""

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return (self.doc or "").partition("\n")[0]
