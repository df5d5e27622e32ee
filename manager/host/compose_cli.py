"""Ask the docker compose that is installed for a service's configuration hash. Writes nothing.

What compose says counts, never its exit code alone: some wrappers of it always end with 0.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SECONDS = 20
_HASH = re.compile(r"[0-9a-f]{64}")

Ports = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class ComposeProject:
    """A project as compose labels its containers: name, files in order, directory, --env-file."""

    name: str
    files: tuple[str, ...]
    directory: str
    env_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditedFile:
    """A file of a project that is not written yet.

    last: it does not exist, and compose will read it behind the others. ports_now and ports:
    those of the service before and after in compose's normal form, for a file that the project's
    own files include or extend, which compose cannot be given from elsewhere.
    """

    path: str
    content: bytes
    last: bool
    ports_now: Ports
    ports: Ports


@dataclass(frozen=True, slots=True)
class HashAnswer:
    """The hash after an edit, None where it is not known.

    answered: compose could read the files as they are, so that without a hash its answer for
    them is not what the container bears.
    """

    config_hash: str | None
    answered: bool


def hash_after(
    project: ComposeProject, service: str, edited: EditedFile, *, label: str
) -> HashAnswer:
    """`com.docker.compose.config-hash` of a service once `edited` is written.

    label: the hash that its container bears. Only who gives that for the files as they are is
    asked for the new one; anything else would hide from the next `up` what has changed since.
    """
    answered = False
    for command in _commands():
        base = [*command, "-p", project.name, "--project-directory", project.directory]
        for way in (_by_model, _directly):
            now, later = way(base, project, service, edited)
            answered = answered or now is not None
            if now == label and (found := later()) is not None:
                return HashAnswer(found, answered=True)
    return HashAnswer(None, answered)


def _by_model(
    base: list[str], project: ComposeProject, service: str, edited: EditedFile
) -> tuple[str | None, Callable[[], str | None]]:
    """The hash now, and later, as `up` computes it.

    `config --hash` leaves the variables of an `env_file` out, which `up` counts (2.40); what
    `config` prints has them, and has the same hash as what it was made from.
    """
    model = _model(base, project)

    def later() -> str | None:
        if _can_be_given(project, edited):
            return _hash_of(base, service, _model(base, project, edited))
        return _hash_of(base, service, _patched(model, service, edited))

    return _hash_of(base, service, model), later


def _directly(
    base: list[str], project: ComposeProject, service: str, edited: EditedFile
) -> tuple[str | None, Callable[[], str | None]]:
    """The hash now, and later, for what `config` does not print whole (models, in 2.40)."""
    words = [*base, *_options(project), "config", "--hash", service]

    def later() -> str | None:
        if not _can_be_given(project, edited):
            return None
        changed = [*base, *_options(project, edited), "config", "--hash", service]
        return _hash_in(_ask(changed, edited.content), service)

    return _hash_in(_ask(words), service), later


def _can_be_given(project: ComposeProject, edited: EditedFile) -> bool:
    """Whether compose takes the file as one of the project's own, and so from stdin."""
    return edited.last or edited.path in project.files


def _options(project: ComposeProject, edited: EditedFile | None = None) -> list[str]:
    """The files, every profile (a hash knows none), and the files of variables."""
    files = project.files
    if edited is not None and edited.last:
        files = (*files, edited.path)
    at = None if edited is None else edited.path
    words = [word for path in files for word in ("-f", "-" if path == at else path)]
    words += [word for path in project.env_files for word in ("--env-file", path)]
    return [*words, "--profile", "*"]


def _model(
    base: list[str], project: ComposeProject, edited: EditedFile | None = None
) -> dict[str, Any] | None:
    content = b"" if edited is None else edited.content
    said = _ask([*base, *_options(project, edited), "config", "--format", "json"], content)
    try:
        model = json.loads(said)
    except (ValueError, RecursionError):
        return None
    services = model.get("services") if isinstance(model, dict) else None
    return model if isinstance(services, dict) else None


def _patched(
    model: dict[str, Any] | None, service: str, edited: EditedFile
) -> dict[str, Any] | None:
    """The model with the ports after the edit; None where compose and we read them differently."""
    described = model["services"].get(service) if model is not None else None
    if model is None or not isinstance(described, dict):
        return None
    if (described.get("ports") or []) != [dict(port) for port in edited.ports_now]:
        return None
    own = {key: value for key, value in described.items() if key != "ports"}
    if edited.ports:
        own["ports"] = [dict(port) for port in edited.ports]
    return {**model, "services": {**model["services"], service: own}}


def _hash_of(base: list[str], service: str, model: dict[str, Any] | None) -> str | None:
    if model is None:
        return None
    words = [*base, "-f", "-", "--profile", "*", "config", "--hash", service]
    return _hash_in(_ask(words, json.dumps(model).encode()), service)


def _hash_in(said: str, service: str) -> str | None:
    pairs = (line.split() for line in said.splitlines())
    found = (pair[1] for pair in pairs if len(pair) == 2 and pair[0] == service)
    return next((each for each in found if _HASH.fullmatch(each)), None)


def _commands() -> list[list[str]]:
    """The ways to call compose v2, as far as their program is here."""
    ways = [["docker", "compose"], ["docker-compose"]]
    return [way for way in ways if shutil.which(way[0])]


def _ask(command: Sequence[str], content: bytes = b"") -> str:
    """What it says on stdout; nothing where it cannot be asked."""
    try:
        done = subprocess.run(  # noqa: S603 -- a list of words, no shell
            command, input=content, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""
