"""`--save=override`: other ports in a file beside the project's, which stays as it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from manager.compose.project import read_project
from manager.compose.save import SaveEdit, bring, not_here
from manager.compose.save_files import override_of
from manager.compose.save_items import CannotEditError, own_keys
from manager.compose.save_keys import Asked, asked_by_entry, asked_by_mapping, texts_of
from manager.compose.values import Project, ProjectFiles, Service, SourceText
from manager.errors import InvalidPortSpec
from manager.model.ports import PortMapping
from manager.model.value import replace

_SERVICES = re.compile(r"^services:[ \t]*(#[^\n]*)?\r?\n", re.MULTILINE)


def plan_override(
    files: ProjectFiles, service: str, wanted: Sequence[PortMapping]
) -> SaveEdit | str:
    """The override after which `service` asks for exactly `wanted`; the reason where none is.

    files: of the project, as `docker compose up` will read them. Ports that the project's own
    files ask for and that are not wanted any more are replaced by `!override`, since compose
    appends otherwise (compose spec, merge). Reads files, writes none.
    """
    if reason := not_here(files):
        return reason
    path = override_of(files)
    if path is None:
        return "docker compose reads no override file beside these by itself; --save writes in them"
    try:
        return _plan(files, path, service, wanted)
    except (CannotEditError, InvalidPortSpec) as error:
        return str(error)


def _plan(
    files: ProjectFiles, path: str, name: str, wanted: Sequence[PortMapping]
) -> SaveEdit | str:
    project = read_project(files)
    fatal = next((problem for problem in project.problems if problem.fatal), None)
    if fatal is not None:
        return f"{fatal.file}: {fatal.message}"
    service = project.service(name)
    if service is None:
        return f"{files.files[0]} has no service {name} any more"
    goal = Counter(asked_by_mapping(mapping) for mapping in wanted)
    if goal == Counter(asked for entry in service.entries for asked in asked_by_entry(entry)):
        return bring(files, name, wanted)
    if path in files.files:
        source = project.sources[path]
        draft = replace(source, text=_prepared(source, project, service, goal))
        return bring(files, name, wanted, draft)
    text = f"services:\n  {name}:\n" + _block(_items(service, goal), "    ", "\n")
    _check_new(files, SourceText(path, text), name, goal)
    return SaveEdit(path, None, text.encode(), 1)


def _check_new(files: ProjectFiles, made: SourceText, name: str, goal: Counter[Asked]) -> None:
    """That compose, reading the new file too, finds what is wanted."""
    everything = replace(files, files=(*files.files, made.path))
    service = read_project(everything, texts={made.path: made}).service(name)
    entries = service.entries if service is not None else ()
    if Counter(asked for entry in entries for asked in asked_by_entry(entry)) != goal:
        raise CannotEditError(f"no override can make {name} ask for these ports")


def _prepared(source: SourceText, project: Project, service: Service, goal: Counter[Asked]) -> str:
    """The override with a list for the service, in which all that is still to do can be done."""
    key = service.keys.get("ports")
    mine = [entry for entry in service.entries if entry.file == source.path]
    if not mine and (key is None or key.file != source.path):
        return _into(source, project, service, _items(service, goal))
    others = Counter(
        asked
        for entry in service.entries
        if entry.file != source.path
        for asked in asked_by_entry(entry)
    )
    if not others - goal:
        return source.text
    if key is None or key.file != source.path or key.span not in own_keys(source, service):
        raise CannotEditError(_for_a_person(source))
    at = source.text.index(":", key.span.end) + 1
    return f"{source.text[:at]} !override{source.text[at:]}"


def _items(service: Service, want: Counter[Asked]) -> tuple[str, list[str]]:
    """The tag of the list, and its items: what comes on top, or all of it behind `!override`."""
    have = Counter(asked for entry in service.entries for asked in asked_by_entry(entry))
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
) -> str:
    """Put the list into an override file that has none for the service."""
    text, newline = source.text, source.newline
    keys = [place.span for place in service.keys.values() if place.file == source.path]
    if keys:
        start = min(keys).start
        at = text.rfind("\n", 0, start) + 1
        indent = text[at:start]
        if indent.strip():
            raise CannotEditError(_for_a_person(source))
        words = _block(items, indent, newline)
    else:
        found = _SERVICES.search(text)
        if found is None or service.place.file == source.path:
            raise CannotEditError(_for_a_person(source))
        at = found.end()
        words = f"  {service.name}:{newline}" + _block(items, "    ", newline)
    return text[:at] + words + text[at:]


def _for_a_person(source: SourceText) -> str:
    return f"{source.path} is written in a way that only a person should change"
