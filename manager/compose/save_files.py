"""Which files the next `docker compose up` reads for a container that an earlier one made."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from manager.compose.discover import (
    MAIN_NAMES,
    OVERRIDE_NAMES,
    by_environment,
    given_env_files,
    in_folder,
)
from manager.compose.values import ProjectFiles

_NEW_OVERRIDES = {
    "compose": "compose.override.yaml",
    "docker-compose": "docker-compose.override.yml",
}


def next_files(
    files: Sequence[str],
    folder: str,
    env_files: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> ProjectFiles:
    """The files that compose reads next time.

    files and env_files are those of the last time, by the container's labels; folder is the
    project's. Files that compose had found by itself are looked for as it would do now: an
    override may have come or gone since. Any others a person has to name again.
    """
    environment = os.environ if env is None else env
    given = tuple(env_files) or given_env_files(environment)
    last = ProjectFiles(folder, tuple(files), given)
    if not _default_names(last):
        return last
    found = _found(last, environment)
    return last if found is None else ProjectFiles(folder, found, given)


def override_of(files: ProjectFiles, env: Mapping[str, str] | None = None) -> str | None:
    """The override file that compose reads with these by itself; None where it reads none.

    It need not exist.
    """
    for path in files.files[1:]:
        if os.path.basename(path) in OVERRIDE_NAMES:
            return path
    environment = os.environ if env is None else env
    if not _default_names(files) or _found(files, environment) is None:
        return None
    main, name = os.path.split(files.files[0])
    return os.path.join(main, _NEW_OVERRIDES[os.path.splitext(name)[0]])


def _default_names(files: ProjectFiles) -> bool:
    """Whether these may be what compose found by itself: a default file, and its override."""
    if not 1 <= len(files.files) <= 2:
        return False
    main, *override = files.files
    home = os.path.dirname(main)
    return (
        os.path.basename(main) in MAIN_NAMES
        and os.path.realpath(home) == os.path.realpath(files.directory)
        and all(os.path.dirname(path) == home for path in override)
        and all(os.path.basename(path) in OVERRIDE_NAMES for path in override)
    )


def _found(files: ProjectFiles, env: Mapping[str, str]) -> tuple[str, ...] | None:
    """What compose finds in the folder now, None where that is another project."""
    home = os.path.dirname(files.files[0])
    # A project that COMPOSE_FILE names has no file that compose adds to it.
    if by_environment(home, env) is not None:
        return None
    there = in_folder(home, env)
    if there is None or there.files[0] != files.files[0]:
        return None
    return there.files
