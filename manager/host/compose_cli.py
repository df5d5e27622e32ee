"""Ask the docker compose that is installed for a service's configuration hash. Writes nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

_SECONDS = 20


@dataclass(frozen=True, slots=True)
class ComposeProject:
    """A project as compose labels its containers: name, files in order, directory."""

    name: str
    files: tuple[str, ...]
    directory: str


def config_hash(project: ComposeProject, service: str, *, path: str, content: bytes) -> str | None:
    """`com.docker.compose.config-hash` of a service, with `content` in the place of file `path`.

    None where no compose is installed, or it refuses the files. Source: `docker compose config
    --hash`, whose output is a line of service and hash.
    """
    files = project.files if path in project.files else (*project.files, path)
    words = [word for each in files for word in ("-f", "-" if each == path else each)]
    options = ["-p", project.name, "--project-directory", project.directory]
    for command in _commands():
        said = _ask([*command, *options, *words, "config", "--hash", service], content)
        found = [line.split() for line in said.splitlines()]
        for pair in found:
            if len(pair) == 2 and pair[0] == service:
                return pair[1]
    return None


def _commands() -> list[list[str]]:
    """The ways to call compose v2, as far as their program is here."""
    ways = [["docker", "compose"], ["docker-compose"]]
    return [way for way in ways if shutil.which(way[0])]


def _ask(command: Sequence[str], content: bytes) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- a list of words, no shell
            command, input=content, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""
