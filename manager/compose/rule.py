"""What a rule is, what it is given, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from manager.compose.config import Config
from manager.compose.facts import facts_of
from manager.compose.publishing import default_address, publishing_of
from manager.compose.values import (
    Place,
    PortEntry,
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
    from typing import Any, Literal

    from manager.compose.facts import Fact
    from manager.compose.publishing import Publishing
    from manager.compose.stakes import Clash, Side

    Check = Callable[["Context"], Iterable["Hit"]]
    Compare = Callable[[Sequence[Side]], Iterable[Clash]]
    # What a mend may change in compose's normal form; anything else undoes the mend.
    Intent = Literal[
        "nothing",
        "loopback",  # the address, to 127.0.0.1
        "lower-case",  # the case of the protocol
        "accepted",  # a rejected entry becomes one on 127.0.0.1
        "dropped",  # one of two equal entries goes
    ]

T = TypeVar("T")


class Mend(NamedTuple):
    """How to mend a hit: edits of the file that the hit is in."""

    title: str
    edits: tuple[Edit, ...]
    intent: Intent = "nothing"
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
    """One project, and what the rules ask of it again and again.

    published: every entry that compose and the engine accept and act upon. accepted: every entry
    that nobody refuses, those that compose drops as repeated among them.
    """

    def __init__(self, project: Project, config: Config) -> None:
        self.project = project
        self.config = config
        self._publishing: dict[str, Publishing] = {}
        self._defaults: dict[str, IPAddress | UnknownType | None] = {}
        self._memory: dict[str, Any] = {}
        self.facts = facts_of(project, self.publishing)
        self.published = _published(self)
        self.accepted = _accepted(project)

    def publishing(self, service: Service) -> Publishing:
        """What becomes of the ports of a service."""
        known = self._publishing.get(service.name)
        if known is None:
            known = self._publishing[service.name] = publishing_of(self.project, service)
        return known

    def address(self, service: Service, entry: PortEntry) -> IPAddress | UnknownType | None:
        """Where the engine binds an entry: its own address, else the network's default."""
        if entry.host_ip is not None:
            return entry.host_ip
        if service.name not in self._defaults:
            self._defaults[service.name] = default_address(self.project, service)
        return self._defaults[service.name]

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
        if service.entries and context.publishing(service) == "published"
        for entry in service.entries
        if entry.error is None
    ]


def _accepted(project: Project) -> list[tuple[Service, PortEntry]]:
    return [
        (service, entry)
        for service in project.services
        for entry in (*service.entries, *(repeated.entry for repeated in service.repeated))
        if entry.error is None
    ]


def _services(context: Context) -> dict[str, Service]:
    return {service.name: service for service in context.project.services}


class Rule(NamedTuple):
    """A rule: its stable id and name, and how bad what it finds is.

    It stands in the file that is named for both, and is loaded when somebody asks for it: the
    docstring there is the documentation, and `check` looks at one project. facts: without any of
    these in a project it has nothing to say of it. compares: `check` looks at all projects of a
    run instead. narrows names a rule whose hits on the same entry are left out beside those of
    this one.
    """

    id: str
    name: str
    severity: Severity
    facts: frozenset[Fact]
    compares: bool = False
    narrows: str = ""

    @property
    def check(self) -> Check:
        """What it says of a project. Only for rules that do not compare."""
        check: Check = self._module.check
        return check

    @property
    def compare(self) -> Compare:
        """What it says of all projects. Only for rules that do."""
        compare: Compare = self._module.check
        return compare

    @property
    def doc(self) -> str:
        """The documentation."""
        return self._module.__doc__ or ""

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.doc.partition("\n")[0]

    @property
    def _module(self) -> Any:
        name = f"{self.id.lower()}_{self.name.replace('-', '_')}"
        # importlib is a package that imports warnings, for this one function.
        return __import__(f"manager.compose.rules.{name}", fromlist=[name])
