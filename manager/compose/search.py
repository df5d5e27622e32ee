"""The projects in a folder and below it: what git ignores is passed over."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch

from manager.compose.discover import MAIN_NAMES, by_environment, given_env_files, in_folder
from manager.compose.gitignore import IgnoreFile, ignore_files, is_ignored, read_ignore_file
from manager.compose.values import ProjectFiles

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


def search(
    folder: str,
    env: Mapping[str, str],
    exclude: tuple[str, ...],
    *,
    skip_top: bool,
) -> Iterator[ProjectFiles]:
    """The projects in a folder and below it, by name."""
    stack: list[tuple[str, tuple[IgnoreFile, ...], bool]] = [
        (folder, ignore_files(folder), skip_top)
    ]
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
    own = ".env" in names and not given_env_files(env)
    project = by_environment(folder, env) if own else None
    if project is None and not names.isdisjoint(MAIN_NAMES):
        project = in_folder(folder if folder != os.curdir else "", env)
    if project is None or _excluded(project.files[0], exclude):
        return
    if not is_ignored(chain, project.files[0], is_folder=False):
        yield project


def _excluded(path: str, patterns: tuple[str, ...]) -> bool:
    plain = os.path.normpath(path)
    name = os.path.basename(plain)
    return any(fnmatch(plain, pattern) or fnmatch(name, pattern) for pattern in patterns)
