"""A project's files to a Project: the entry point of everything that reads compose files."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping, Sequence

from manager.compose.discover import given_files
from manager.compose.document import Sheet
from manager.compose.dotenv import default_env_file, read_env_files
from manager.compose.draft import Draft, KeyPlaces
from manager.compose.interpolate import InterpolationError, interpolate
from manager.compose.job import Job
from manager.compose.loading import Loader
from manager.compose.model import Model
from manager.compose.settle import TooManyPiecesError, settle
from manager.compose.short import shown
from manager.compose.values import (
    PortEntry,
    ProblemKind,
    Project,
    ProjectFiles,
    ReadProblem,
    Service,
    SourceText,
    Stage,
    Syntax,
)

_NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
_FALSE = frozenset({"", "0", "f", "F", "FALSE", "false", "False"})


def read_project(
    files: ProjectFiles | Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    profiles: Sequence[str] = (),
    env_files: Sequence[str] = (),
    texts: Mapping[str, SourceText] | None = None,
) -> Project:
    """Read the files of one project as compose does.

    files: a project as it was discovered, or the files of one, as `docker compose -f A -f B`
    takes them.
    env: the environment, os.environ when None. profiles and env_files are those of the command
    line, they win over those of `files` and of the environment. texts: what to take for files
    that are edited and not written yet, by path. Never raises for what is in the files: what is
    wrong is in `problems` and in the entries' errors, and the rest is read.
    """
    environment = dict(os.environ if env is None else env)
    if not isinstance(files, ProjectFiles):
        files = given_files(files, environment)
    loader = Loader(files.notes, {path: Sheet(text) for path, text in (texts or {}).items()})
    # The cycle collector pauses: a node graph is large, and all of it is alive.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _read(files, environment, loader, (tuple(profiles), tuple(env_files)))
    finally:
        if collects:
            gc.enable()


def _read(
    files: ProjectFiles,
    environment: dict[str, str],
    loader: Loader,
    chosen: tuple[tuple[str, ...], tuple[str, ...]],
) -> Project:
    profiles, env_files = chosen
    environment.setdefault("PWD", os.getcwd())
    _add_env_files(environment, files, env_files, loader)
    folder = files.directory
    name = environment.get("COMPOSE_PROJECT_NAME", "")
    environment["COMPOSE_PROJECT_NAME"] = name or project_name(os.path.abspath(folder))
    known = tuple(loader.problems)
    model = loader.load(files.files, Job(environment, folder, folder, ""))
    given = _given_name(model, environment)
    if given and not name and loader.mentions("COMPOSE_PROJECT_NAME"):
        # The files ask for the name that they give: they are read again with it.
        environment["COMPOSE_PROJECT_NAME"] = given
        loader = loader.again(known)
        model = loader.load(files.files, Job(environment, folder, folder, ""))
    active = profiles or files.profiles or _profiles(environment)
    _require_content(model, files, loader)
    services = [_service(draft, loader) for draft in model.services.values()]
    _report_strays(model, loader)
    return Project(
        name=name or given or environment["COMPOSE_PROJECT_NAME"],
        directory=folder,
        files=files.files,
        sources={path: sheet.source for path, sheet in loader.sheets.items()},
        services=tuple(services),
        networks={n: draft.finished() for n, draft in model.networks.items()},
        profiles=active,
        problems=tuple(dict.fromkeys(loader.problems)),
        environment=environment,
    )


def _add_env_files(
    environment: dict[str, str],
    files: ProjectFiles,
    env_files: Sequence[str],
    loader: Loader,
) -> None:
    """Variables of `.env` or of the given files: what is in the environment already stays."""
    chosen = tuple(env_files) or files.env_files
    if chosen:
        groups = [chosen]
    elif environment.get("COMPOSE_DISABLE_ENV_FILE", "") in _FALSE:
        folders = files.folders or (files.directory,)
        groups = [default_env_file(folder) for folder in folders]
    else:
        groups = []
    for group in groups:
        found = read_env_files(group, environment, loader.report)
        environment.update({n: v for n, v in found.items() if n not in environment})


def _profiles(environment: Mapping[str, str]) -> tuple[str, ...]:
    given = environment.get("COMPOSE_PROFILES", "").split(",")
    return tuple(dict.fromkeys(name for text in given if (name := text.strip())))


def project_name(text: str) -> str:
    """The name that compose makes of a folder's, or of a given one: a-z, 0-9, dash, underscore."""
    base = os.path.basename(text) if os.sep in text else text
    return "".join(filter(_NAME_LETTERS.__contains__, base.lower())).lstrip("_-")


def _given_name(model: Model, environment: Mapping[str, str]) -> str:
    if not model.name:
        return ""
    try:
        return project_name(interpolate(model.name, environment).text)
    except InterpolationError:
        return ""


def _require_content(model: Model, files: ProjectFiles, loader: Loader) -> None:
    if not model.sections and not any(problem.fatal for problem in loader.problems):
        path = files.files[0] if files.files else files.directory
        loader.report(ReadProblem(ProblemKind.WRONG_TYPE, path, "is empty"))


def _service(draft: Draft, loader: Loader) -> Service:
    reads = draft.ports or []
    try:
        entries, repeated = settle(reads)
    except TooManyPiecesError:
        where = draft.place
        message = f"the port ranges of {draft.name} overlap beyond all bounds"
        loader.report(
            ReadProblem(ProblemKind.TOO_LARGE, where.file, message, where.span, service=draft.name)
        )
        entries, repeated = (), ()
    return Service(
        name=draft.name,
        place=draft.place,
        entries=entries,
        repeated=repeated,
        dropped=tuple(read.entry for read in draft.dropped),
        profiles=draft.lists.get("profiles", ()),
        replicas=draft.replicas,
        network_mode=draft.singles.get("network_mode"),
        networks=draft.lists.get("networks", ()),
        container_name=draft.singles.get("container_name"),
        image=draft.singles.get("image"),
        depends_on=draft.lists.get("depends_on", ()),
        keys=KeyPlaces(draft.keys),
    )


def _report_strays(model: Model, loader: Loader) -> None:
    """Entries that compose reads and refuses, though they are not in the project any more."""
    for draft in model.gone:
        for read in (*draft.dropped, *(draft.ports or ())):
            _report_entry(read.entry, loader)
    for draft in loader.unused.values():
        for read in draft.ports or ():
            entry = read.entry
            if entry.syntax is Syntax.SHORT or (entry.error and entry.error.part == "target"):
                _report_entry(entry, loader)


def _report_entry(entry: PortEntry, loader: Loader) -> None:
    error = entry.error
    if error is not None and error.stage is Stage.CONFIG and not error.late:
        loader.report(
            ReadProblem(
                ProblemKind.INVALID_PORT,
                entry.file,
                f"{shown(entry.raw)}: {error.message}",
                error.span,
                error.hint,
                entry.service,
            )
        )
