"""`--save=override`: other ports in a file beside the project's, which stays as it is."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence

from manager.compose.project import read_project
from manager.compose.save import SaveEdit, plan_save
from manager.compose.save_items import CannotEditError
from manager.compose.save_keys import asked_by_entry, asked_by_mapping, texts_of
from manager.compose.values import Project, ProjectFiles, Service, SourceText
from manager.errors import InvalidPortSpec
from manager.model.ports import PortMapping
from manager.model.value import replace

_DEFAULTS = {"compose": "compose.override.yaml", "docker-compose": "docker-compose.override.yml"}
_OVERRIDES = tuple(f"{stem}.override.{ending}" for stem in _DEFAULTS for ending in ("yml", "yaml"))
_SERVICES = re.compile(r"^services:[ \t]*(#[^\n]*)?\r?\n", re.MULTILINE)


def override_of(files: Sequence[str]) -> str | None:
    """The override file that compose reads with these by itself; None where it reads none."""
    for path in files[1:]:
        if os.path.basename(path) in _OVERRIDES:
            return path
    folder, name = os.path.split(files[0])
    stem, ending = os.path.splitext(name)
    if stem not in _DEFAULTS or ending not in {".yml", ".yaml"} or len(files) > 1:
        return None
    there = (path for each in _OVERRIDES if os.path.isfile(path := os.path.join(folder, each)))
    return next(there, os.path.join(folder, _DEFAULTS[stem]))


def plan_override(
    files: ProjectFiles, service: str, wanted: Sequence[PortMapping]
) -> SaveEdit | str:
    """The override after which `service` asks for exactly `wanted`; the reason where none is.

    Ports that the project's own files ask for and that are not wanted any more are replaced by
    `!override`, since compose appends otherwise (compose spec, merge).
    """
    path = override_of(files.files) if files.files else None
    if path is None:
        return "docker compose reads no override file beside these by itself; --save writes in them"
    try:
        return _plan(files, path, service, wanted)
    except (CannotEditError, InvalidPortSpec) as error:
        return str(error)


def _plan(
    files: ProjectFiles, path: str, name: str, wanted: Sequence[PortMapping]
) -> SaveEdit | str:
    exists = os.path.isfile(path)
    if exists and path not in files.files:
        files = replace(files, files=(*files.files, path))
    project = read_project(files)
    service = project.service(name)
    if service is None:
        return f"{files.files[0]} has no service {name} any more"
    own = [entry for entry in service.entries if entry.file == path]
    if own:
        if len(own) == len(service.entries):
            return plan_save(files, name, wanted)
        return f"{path}:{own[0].span.line} adds ports of its own; --save changes each in its file"
    items = _items(service, wanted)
    if not exists:
        text = f"services:\n  {name}:\n" + _block(items, "    ", "\n")
        return SaveEdit(path, None, text.encode(), 1)
    return _into(project.sources[path], project, service, items)


def _items(service: Service, wanted: Sequence[PortMapping]) -> tuple[str, list[str]]:
    """The tag of the list, and its items: what comes on top, or all of it behind `!override`."""
    have = Counter(asked for entry in service.entries for asked in asked_by_entry(entry))
    want = Counter(asked_by_mapping(mapping) for mapping in wanted)
    if have - want:
        return " !override", texts_of(list(want.elements()))
    return "", texts_of(list((want - have).elements()))


def _block(items: tuple[str, list[str]], indent: str, newline: str) -> str:
    tag, texts = items
    if not texts:
        return f"{indent}ports:{tag} []{newline}"
    lines = [f"{indent}ports:{tag}", *(f'{indent}  - "{text}"' for text in texts)]
    return newline.join(lines) + newline


def _into(
    source: SourceText, project: Project, service: Service, items: tuple[str, list[str]]
) -> SaveEdit | str:
    """Put the list into an override file that has none for the service."""
    text, newline = source.text, source.newline
    keys = [place.span for place in service.keys.values() if place.file == source.path]
    if keys:
        start = min(keys).start
        line = text.rfind("\n", 0, start) + 1
        indent = text[line:start]
        if indent.strip() or "ports" in {
            k for k, p in service.keys.items() if p.file == source.path
        }:
            return f"{source.path} is written in a way that only a person should change"
        at, words = line, _block(items, indent, newline)
    else:
        found = _SERVICES.search(text)
        if found is None or any(
            s.place.file == source.path and s is service for s in project.services
        ):
            return f"{source.path} is written in a way that only a person should change"
        at = found.end()
        words = f"  {service.name}:{newline}" + _block(items, "    ", newline)
    after = text[:at] + words + text[at:]
    line_number = text.count("\n", 0, at) + 1
    return SaveEdit(source.path, source.encode(text), source.encode(after), line_number)
