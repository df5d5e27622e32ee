"""Which files make a project: in a folder, around a file, or by COMPOSE_FILE."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from manager.compose.dotenv import default_env_file, read_env_files
from manager.compose.values import ProblemKind, ProjectFiles, ReadProblem
from manager.errors import ComposeError

MAIN_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)


def discover(
    paths: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    exclude: Sequence[str] = (),
    env_files: Sequence[str] = (),
) -> list[ProjectFiles]:
    """The projects in the given folders and around the given files, each once, in order.

    A folder is searched with all that is below it, but for what git ignores, what matches
    `exclude` (globs of a path or a name), and folders of other people's files. A default name
    brings its override along, and an override its main file; any other file is a project of
    its own. env: the environment, os.environ when None; env_files: those given on the command
    line, read instead of `.env` for COMPOSE_FILE. Raises ComposeError for a path that
    does not exist.
    """
    environment = os.environ if env is None else env
    if env_files:
        environment = {**environment, "COMPOSE_ENV_FILES": ",".join(env_files)}
    found: dict[tuple[str, ...], ProjectFiles] = {}
    for path in paths or [os.curdir]:
        for project in _around(path, environment, tuple(exclude)):
            found.setdefault(identity(project), project)
    return list(found.values())


def identity(project: ProjectFiles) -> tuple[str, ...]:
    """Equal for what is one project, however its files were named."""
    return tuple(map(os.path.abspath, project.files))


def given_files(files: Sequence[str], env: Mapping[str, str]) -> ProjectFiles:
    """The files of one project as `docker compose -f A -f B` takes them."""
    folder = os.path.dirname(files[0]) if files else ""
    return ProjectFiles(folder, tuple(files), given_env_files(env))


def given_env_files(env: Mapping[str, str]) -> tuple[str, ...]:
    """The files of variables that the environment names."""
    return tuple(name for name in env.get("COMPOSE_ENV_FILES", "").split(",") if name)


def _around(path: str, env: Mapping[str, str], exclude: tuple[str, ...]) -> Iterator[ProjectFiles]:
    if os.path.isdir(path):
        named = by_environment(path, env) if _is_here(path) else None
        if named is not None:
            yield named
        from manager.compose.search import search  # noqa: PLC0415 -- files need no search

        yield from search(path, env, exclude, skip_top=named is not None)
    elif os.path.lexists(path):
        yield _with_siblings(path, env)
    else:
        raise ComposeError("does not exist", file=path, hint="name a file or a folder")


def _is_here(path: str) -> bool:
    return os.path.abspath(path) == os.path.abspath(os.curdir)


def _with_siblings(path: str, env: Mapping[str, str]) -> ProjectFiles:
    """The project that a file belongs to: a default name is never read alone."""
    folder, name = os.path.split(path)
    if name in MAIN_NAMES or name in OVERRIDE_NAMES:
        whole = in_folder(folder, env)
        if whole is not None and path in whole.files:
            return whole
    if name in MAIN_NAMES:
        overrides = _existing(folder, OVERRIDE_NAMES)[:1]
        return ProjectFiles(folder, (path, *overrides), given_env_files(env))
    return given_files([path], env)


def _existing(folder: str, names: Iterable[str]) -> list[str]:
    try:
        there = set(os.listdir(folder or os.curdir))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if name in there]


def in_folder(folder: str, env: Mapping[str, str]) -> ProjectFiles | None:
    """What compose reads in a folder without COMPOSE_FILE."""
    there = _existing(folder, (*MAIN_NAMES, *OVERRIDE_NAMES))
    mains = [path for path in there if os.path.basename(path) in MAIN_NAMES]
    if not mains:
        return None
    overrides = there[len(mains) :]
    notes = [_several(group) for group in (mains, overrides) if len(group) > 1]
    files = (mains[0], *overrides[:1])
    return ProjectFiles(folder, files, given_env_files(env), notes=tuple(notes))


def _several(paths: list[str]) -> ReadProblem:
    others = ", ".join(os.path.basename(path) for path in paths[1:])
    return ReadProblem(
        ProblemKind.SEVERAL_FILES,
        paths[0],
        f"is read by compose, which then passes over {others} beside it",
        hint=f"delete {others}, or rename it and pass it with -f",
        fatal=False,
    )


def by_environment(folder: str, env: Mapping[str, str]) -> ProjectFiles | None:
    """The files that COMPOSE_FILE names, in the environment or in the folder's `.env`."""
    given = dict(env)
    if not given.get("COMPOSE_FILE"):
        env_files = given_env_files(env) or default_env_file(folder)
        found = read_env_files(env_files, env, lambda _: None)
        given.update({name: value for name, value in found.items() if name not in given})
    named = given.get("COMPOSE_FILE")
    if not named:
        return None
    paths = named.split(given.get("COMPOSE_PATH_SEPARATOR") or os.pathsep)
    files = tuple(os.path.normpath(os.path.join(folder, path)) for path in paths)
    first = os.path.dirname(files[0])
    folders = tuple(dict.fromkeys((folder, first)))
    return ProjectFiles(first, files, given_env_files(env), folders)
