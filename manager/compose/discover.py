"""Which files make a project: in a folder, around a file, or by COMPOSE_FILE."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatch

from manager.compose.dotenv import default_env_file, read_env_files
from manager.compose.gitignore import IgnoreFile, ignore_files, is_ignored, read_ignore_file
from manager.compose.values import ProblemKind, ProjectFiles, ReadProblem
from manager.errors import ComposeError

MAIN_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        ".cache",
        ".direnv",
        ".terraform",
        "__pycache__",
        "node_modules",
        "site-packages",
        "vendor",
    }
)
"""Folders that hold other people's files."""


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
            found.setdefault(tuple(map(os.path.abspath, project.files)), project)
    return list(found.values())


def given_files(files: Sequence[str], env: Mapping[str, str]) -> ProjectFiles:
    """The files of one project as `docker compose -f A -f B` takes them."""
    folder = os.path.dirname(files[0]) if files else ""
    return ProjectFiles(folder, tuple(files), _given_env_files(env))


def _given_env_files(env: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in env.get("COMPOSE_ENV_FILES", "").split(",") if name)


def _around(path: str, env: Mapping[str, str], exclude: tuple[str, ...]) -> Iterator[ProjectFiles]:
    if os.path.isdir(path):
        named = _by_environment(path, env) if _is_here(path) else None
        if named is not None:
            yield named
        yield from _search(path, env, exclude, ignore_files(path), skip_top=named is not None)
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
        whole = _in_folder(folder, env)
        if whole is not None and path in whole.files:
            return whole
    if name in MAIN_NAMES:
        overrides = _existing(folder, OVERRIDE_NAMES)[:1]
        return ProjectFiles(folder, (path, *overrides), _given_env_files(env))
    return given_files([path], env)


def _existing(folder: str, names: Iterable[str]) -> list[str]:
    try:
        there = set(os.listdir(folder or os.curdir))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if name in there]


def _in_folder(folder: str, env: Mapping[str, str]) -> ProjectFiles | None:
    """What compose reads in a folder without COMPOSE_FILE."""
    there = _existing(folder, (*MAIN_NAMES, *OVERRIDE_NAMES))
    mains = [path for path in there if os.path.basename(path) in MAIN_NAMES]
    if not mains:
        return None
    overrides = there[len(mains) :]
    notes = [_several(group) for group in (mains, overrides) if len(group) > 1]
    files = (mains[0], *overrides[:1])
    return ProjectFiles(folder, files, _given_env_files(env), notes=tuple(notes))


def _several(paths: list[str]) -> ReadProblem:
    others = ", ".join(os.path.basename(path) for path in paths[1:])
    return ReadProblem(
        ProblemKind.SEVERAL_FILES,
        paths[0],
        f"is read by compose, which then passes over {others} beside it",
        hint=f"delete {others}, or rename it and pass it with -f",
        fatal=False,
    )


def _by_environment(folder: str, env: Mapping[str, str]) -> ProjectFiles | None:
    """The files that COMPOSE_FILE names, in the environment or in the folder's `.env`."""
    given = dict(env)
    if not given.get("COMPOSE_FILE"):
        env_files = _given_env_files(env) or default_env_file(folder)
        found = read_env_files(env_files, env, lambda _: None)
        given.update({name: value for name, value in found.items() if name not in given})
    named = given.get("COMPOSE_FILE")
    if not named:
        return None
    paths = named.split(given.get("COMPOSE_PATH_SEPARATOR") or os.pathsep)
    files = tuple(os.path.normpath(os.path.join(folder, path)) for path in paths)
    first = os.path.dirname(files[0])
    folders = tuple(dict.fromkeys((folder, first)))
    return ProjectFiles(first, files, _given_env_files(env), folders)


def _search(
    folder: str,
    env: Mapping[str, str],
    exclude: tuple[str, ...],
    above: tuple[IgnoreFile, ...],
    *,
    skip_top: bool,
) -> Iterator[ProjectFiles]:
    """The projects in a folder and below it, by name."""
    stack: list[tuple[str, tuple[IgnoreFile, ...], bool]] = [(folder, above, skip_top)]
    without_files = {name: value for name, value in env.items() if name != "COMPOSE_FILE"}
    while stack:
        current, chain, skip = stack.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError:
            continue
        chain = (*chain, *read_ignore_file(current))
        if not skip:
            names = {entry.name for entry in entries}
            yield from _project_here(current, names, without_files, (chain, exclude))
        below = [
            entry.path
            for entry in entries
            if entry.is_dir(follow_symlinks=False)
            and entry.name not in SKIPPED
            and not _excluded(entry.path, exclude)
            and not is_ignored(chain, entry.path, is_folder=True)
        ]
        # Paths are told as a person would type them.
        here = f"{os.curdir}{os.sep}" if current == os.curdir else ""
        stack += [(path.removeprefix(here), chain, False) for path in reversed(below)]


def _project_here(
    folder: str,
    names: set[str],
    env: Mapping[str, str],
    skipping: tuple[tuple[IgnoreFile, ...], tuple[str, ...]],
) -> Iterator[ProjectFiles]:
    chain, exclude = skipping
    # Given files of variables speak of the folder they were given in, not of all below it.
    own = ".env" in names and not _given_env_files(env)
    project = _by_environment(folder, env) if own else None
    if project is None and not names.isdisjoint(MAIN_NAMES):
        project = _in_folder(folder if folder != os.curdir else "", env)
    if project is None or _excluded(project.files[0], exclude):
        return
    if not is_ignored(chain, project.files[0], is_folder=False):
        yield project


def _excluded(path: str, patterns: tuple[str, ...]) -> bool:
    plain = os.path.normpath(path)
    name = os.path.basename(plain)
    return any(fnmatch(plain, pattern) or fnmatch(name, pattern) for pattern in patterns)
