"""What reading compose files gives: projects, services, port entries, and where each stands.

Everything is frozen. A value that cannot be known (a variable that is not set and has no
default) is UNKNOWN, which is a value of its own: neither None nor empty, and never guessed.
Beside it stands what compose itself would read, since compose takes an unset variable as empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from manager.compose.text import (
    UNKNOWN,
    Part,
    Place,
    SourceText,
    Style,
    Unknown,
    UnknownType,
    Variable,
)
from manager.model.finding import Span
from manager.model.ports import IPAddress, PortRange
from manager.model.value import dataclass, field

__all__ = [
    "UNKNOWN",
    "Network",
    "Origin",
    "OriginKind",
    "Part",
    "Place",
    "PortEntry",
    "PortError",
    "PortParts",
    "PortRun",
    "ProblemKind",
    "Project",
    "ProjectFiles",
    "ReadProblem",
    "Repeated",
    "Service",
    "SourceText",
    "Stage",
    "Style",
    "Syntax",
    "Unknown",
    "UnknownType",
    "Variable",
]


class Syntax(StrEnum):
    """The two ways to write a port entry."""

    SHORT = "short"
    LONG = "long"


class Stage(StrEnum):
    """Who refuses an entry, and when: compose reading it, or the engine at create or start."""

    CONFIG = "config"
    CREATE = "create"
    START = "start"


@dataclass(frozen=True, slots=True)
class PortError:
    """Why an entry is refused. part names a field of PortParts, or is None for the whole entry.

    message is ours, in plain words; the reason that compose gives is in `reason`. late: compose
    only finds out when everything is merged, so that what was reset by then is not refused.
    """

    message: str
    part: str | None
    span: Span
    stage: Stage = Stage.CONFIG
    reason: str = ""
    hint: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class PortParts:
    """The parts of an entry as written; None for what is not there at all.

    In short syntax protocol is what follows the slash, published and target may be ranges.
    """

    host_ip: Part | None = None
    published: Part | None = None
    target: Part | None = None
    protocol: Part | None = None
    mode: Part | None = None
    name: Part | None = None
    app_protocol: Part | None = None

    def get(self, name: str) -> Part | None:
        """The part of that name (a field of this class), None when absent or no such part."""
        found = getattr(self, name, None)
        return found if isinstance(found, Part) else None


@dataclass(frozen=True, slots=True)
class PortRun:
    """`count` consecutive ports of compose's normal form, of one entry.

    published is the text of the first ("" when none is asked for); with count over 1 both
    published (when not empty) and target grow by one each. A range in `published` with count 1
    lets the engine pick one of it. slot: the index of the entry whose place in compose's
    order this run has taken; -1 for its own entry's place.
    """

    host_ip: str
    published: str
    target: int
    protocol: str
    mode: str = "ingress"
    name: str = ""
    app_protocol: str = ""
    count: int = 1
    slot: int = -1


class OriginKind(StrEnum):
    """How an entry came into its service."""

    BASE = "base"
    OVERRIDE = "override"
    INCLUDE = "include"
    EXTENDS = "extends"


@dataclass(frozen=True, slots=True)
class Origin:
    """How an entry came into its service.

    layer counts the files of the project and the documents in them in the order in which compose
    merges them, from 0. via: the include and extends statements that led here, outermost first.
    alias: the `*name` or merge key through which an anchored list was taken, None without one.
    """

    kind: OriginKind = OriginKind.BASE
    layer: int = 0
    via: tuple[Place, ...] = ()
    alias: Place | None = None


@dataclass(frozen=True, slots=True)
class PortEntry:
    """One item of a `ports` list, in the file it came from.

    span: the item itself, without the dash. parts: the written parts. host_ip: None is every
    address. published: None leaves the choice to the engine. target: the container ports.
    All three may be UNKNOWN, and are UNKNOWN too when `error` says that they cannot be read.
    protocol is lower case in short syntax and as written in long. runs: what is left of it in
    compose's normal form (a later entry with the same key takes the place of an earlier one);
    empty when compose refuses it. picks: the engine takes one host port out of `published`.
    """

    service: str
    file: str
    span: Span
    syntax: Syntax
    style: Style
    parts: PortParts
    host_ip: IPAddress | UnknownType | None
    published: PortRange | UnknownType | None
    target: PortRange | UnknownType
    protocol: str | UnknownType
    origin: Origin = Origin()
    error: PortError | None = None
    runs: tuple[PortRun, ...] = ()
    picks: bool = False
    raw: str = ""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Every variable used in the entry, in order."""
        parts = self.parts
        every = (
            parts.host_ip,
            parts.published,
            parts.target,
            parts.protocol,
            parts.mode,
            parts.name,
            parts.app_protocol,
        )
        found = [v for part in every if part is not None and part.variables for v in part.variables]
        if not found:
            return ()
        return tuple(dict.fromkeys(sorted(found, key=lambda v: v.span)))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.file, self.span)


@dataclass(frozen=True, slots=True)
class Repeated:
    """An entry that compose drops, because a later one has the same key."""

    entry: PortEntry
    by: PortEntry


@dataclass(frozen=True, slots=True)
class Service:
    """A service after every file was merged.

    place: its key in the file that first names it. replicas: containers of it (`scale`, else
    `deploy.replicas`, else 1). network_mode: None when not given. networks: as listed; empty
    means the project's default one. entries: in compose's order. repeated: what compose dropped
    as repeated. dropped: what a later !reset or !override took away; compose reads it all the
    same, and refuses the project when one of them is wrong. keys: where each of its keys stands
    in the last file that has it.
    """

    name: str
    place: Place
    entries: tuple[PortEntry, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    dropped: tuple[PortEntry, ...] = ()
    profiles: tuple[str, ...] = ()
    replicas: int | UnknownType = 1
    network_mode: Part | None = None
    networks: tuple[str, ...] = ()
    container_name: Part | None = None
    image: Part | None = None
    depends_on: tuple[str, ...] = ()
    keys: Mapping[str, Place] = field(default_factory=dict)

    def enabled(self, active: tuple[str, ...]) -> bool:
        """Whether the active profiles start it; "*" stands for all of them."""
        return not self.profiles or "*" in active or not set(self.profiles).isdisjoint(active)


@dataclass(frozen=True, slots=True)
class Network:
    """A network of the project.

    host_binding: its com.docker.network.bridge.host_binding_ipv4, None without one.
    """

    name: str
    place: Place | None = None
    internal: bool | UnknownType = False
    external: bool | UnknownType = False
    driver: str | None = None
    host_binding: IPAddress | UnknownType | None = None


class ProblemKind(StrEnum):
    """What is wrong with a file, or not as it should be."""

    YAML = "yaml"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    DUPLICATE_KEY = "duplicate-key"
    WRONG_TYPE = "wrong-type"
    MISSING_INCLUDE = "missing-include"
    MISSING_EXTENDS = "missing-extends"
    CYCLE = "cycle"
    REDEFINED = "redefined"
    REQUIRED_VARIABLE = "required-variable"
    UNSET_VARIABLE = "unset-variable"
    INVALID_VARIABLE = "invalid-variable"
    ENV_FILE = "env-file"
    INVALID_PORT = "invalid-port"
    INVALID_VALUE = "invalid-value"
    SEVERAL_FILES = "several-files"


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Something that stood in the way of reading; the rest was read all the same.

    fatal: compose itself stops here (in `normal_form` it is the ComposeError that is raised).
    """

    kind: ProblemKind
    file: str
    message: str
    span: Span | None = None
    hint: str = ""
    service: str | None = None
    fatal: bool = True
    related: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """The files that compose reads together, in order; the first one's folder is `directory`.

    env_files: given ones (COMPOSE_ENV_FILES), later ones win; when there are none, folders are
    those whose `.env` is read, earlier ones win. profiles: given ones; COMPOSE_PROFILES counts
    when there are none. notes: what compose would warn of (two files with default names).
    """

    directory: str
    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    notes: tuple[ReadProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """What the files of one project say together.

    sources: every file that was read, by the path that spans name, includes and extends too.
    services: all of them, whatever their profiles; `profiles` are the active ones.
    """

    name: str
    directory: str
    files: tuple[str, ...]
    sources: Mapping[str, SourceText]
    services: tuple[Service, ...] = ()
    networks: Mapping[str, Network] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    problems: tuple[ReadProblem, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def service(self, name: str) -> Service | None:
        """The service of that name, None when there is none."""
        return next((service for service in self.services if service.name == name), None)
