"""Which `pmap` a shell and sudo find: procps has a /usr/bin/pmap on nearly every Linux."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from manager.model.programs import FoundCommand

SUDOERS = Path("/etc/sudoers")
SUDO_DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What sudo is built with on Debian, and what other distributions set: used where /etc/sudoers
may not be read."""

_SECURE_PATH = re.compile(r'^\s*Defaults\s+(?:.*,\s*)?secure_path\s*=\s*"?([^"\s,]+)', re.MULTILINE)
_OURS = b"manager.cli.main"


def find_all(name: str, search: str) -> tuple[FoundCommand, ...]:
    """Every program of that name on a search path, the one that a shell would run first."""
    found: dict[str, FoundCommand] = {}
    for folder in _folders(search):
        path = os.path.join(folder, name)
        if path not in found and os.path.isfile(path) and os.access(path, os.X_OK):
            found[path] = FoundCommand(path, os.path.realpath(path), _is_ours(Path(path)))
    return tuple(found.values())


def sudo_path(sudoers: Path = SUDOERS) -> str:
    """The search path that sudo gives to programs (secure_path), its usual one if unreadable."""
    files = [sudoers]
    try:
        files += sorted(p for p in Path(f"{sudoers}.d").iterdir() if "." not in p.name)
    except OSError:
        files = [sudoers]
    path = SUDO_DEFAULT
    for file in files:
        try:
            said = _SECURE_PATH.findall(file.read_text("utf-8", "replace"))
        except OSError:
            continue
        # The last word counts (sudoers(5)).
        path = said[-1] if said else path
    return path


def _folders(search: str) -> Iterable[str]:
    # An empty part means the working folder.
    return (part or "." for part in search.split(os.pathsep))


def _is_ours(path: Path) -> bool | None:
    """Whether the program is the start script of this package."""
    try:
        with path.open("rb") as file:
            return _OURS in file.read(4096)
    except OSError:
        return None
