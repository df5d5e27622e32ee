"""Make a compose file ask for other ports: the edit behind `--save`.

One edit at a time, the file read again after each, until the service asks for what is wanted.
At the end everything else must mean what it meant before, or nothing is written.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence

from manager.compose.edits import apply_edits
from manager.compose.meaning import Meaning, meaning_of
from manager.compose.project import read_project
from manager.compose.save_items import (
    CannotEditError,
    add_item,
    change_item,
    remove_item,
    rewrite_item,
)
from manager.compose.save_keys import Asked, asked_by_entry, asked_by_mapping, texts_of
from manager.compose.values import (
    OriginKind,
    PortEntry,
    Project,
    ProjectFiles,
    Service,
    SourceText,
)
from manager.errors import InvalidPortSpec
from manager.model.finding import Edit
from manager.model.ports import PortMapping
from manager.model.value import dataclass

_MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class SaveEdit:
    """A file's content before and after, equal where it asks for that already.

    before None: there is no such file yet.
    line, from 1, is the first that changed.
    """

    path: str
    before: bytes | None
    after: bytes
    line: int


def plan_save(files: ProjectFiles, service: str, wanted: Sequence[PortMapping]) -> SaveEdit | str:
    """The edit after which `service` asks for exactly `wanted`; the reason where there is none.

    files: of the project, as `docker compose up` will read them. Reads files, writes none.
    """
    if reason := not_here(files):
        return reason
    try:
        return bring(files, service, wanted)
    except (CannotEditError, InvalidPortSpec) as error:
        return str(error)


def not_here(files: ProjectFiles) -> str:
    """Which file of these is gone, in words; empty where all are here."""
    missing = next((path for path in files.files if not os.path.isfile(path)), None)
    return "" if missing is None and files.files else f"{missing or 'its compose file'} is not here"


def bring(
    files: ProjectFiles,
    name: str,
    wanted: Sequence[PortMapping],
    draft: SourceText | None = None,
) -> SaveEdit | str:
    """The edit as `plan_save` makes it, of `draft` alone where one is given.

    draft: a file as it is edited so far. Raises CannotEditError, InvalidPortSpec.
    """
    goal = Counter(asked_by_mapping(mapping) for mapping in wanted)
    project = read_project(files)
    fatal = next((problem for problem in project.problems if problem.fatal), None)
    if fatal is not None:
        return f"{fatal.file}: {fatal.message}"
    before, first = meaning_of(project), project
    texts: dict[str, SourceText] = {}
    if draft is not None:
        texts[draft.path] = draft
        project = read_project(files, texts=texts)
    for _ in range(_MOST_STEPS):
        service = project.service(name)
        if service is None:
            return f"{files.files[0]} has no service {name} any more"
        _refuse_replicas(service, goal)
        step = _next_step(project, service, goal, draft)
        if step is None:
            break
        path, edit = step
        source = project.sources[path]
        edited = apply_edits(source.text, [edit])
        texts[path] = SourceText(path, edited, source.encoding, source.bom, source.newline)
        project = read_project(files, texts=texts)
    else:
        return f"{files.files[0]} cannot be brought to ask for these ports"
    if not _nothing_else(before, meaning_of(project), name):
        return "the edit would change more than the ports of this service"
    return _result(first.sources, texts, files.files[0])


def _next_step(
    project: Project, service: Service, goal: Counter[Asked], draft: SourceText | None
) -> tuple[str, Edit] | None:
    """The next edit on the way to the goal, with its file; None at the goal."""
    have = [(entry, asked) for entry in service.entries for asked in asked_by_entry(entry)]
    now = Counter(asked for _, asked in have)
    added = sorted((goal - now).elements(), key=lambda asked: asked.text)
    surplus = now - goal
    for entry, asked in have:
        if surplus[asked]:
            return _mend_entry(project, service, entry, (asked, surplus, added))
    if not added:
        return None
    source = _home(project, service) if draft is None else project.sources[draft.path]
    return source.path, add_item(source, service, added[0].text)


def _mend_entry(
    project: Project,
    service: Service,
    entry: PortEntry,
    state: tuple[Asked, Counter[Asked], list[Asked]],
) -> tuple[str, Edit]:
    """Change, split up or take away an entry that asks for what is not wanted."""
    _refuse_shared(entry)
    asked, surplus, added = state
    source = project.sources[entry.file]
    every = asked_by_entry(entry)
    if len(every) == 1:
        new = next((item for item in added if item.inside == asked.inside), None)
        # A move to another container port keeps the host side.
        same_host = (
            i for i in added if (i.host_ip, i.published) == (asked.host_ip, asked.published)
        )
        new = new or next(same_host, None)
        if new is None:
            return entry.file, remove_item(source, service, entry)
        return entry.file, change_item(source, entry, asked, new)
    waiting = {item.inside: item for item in reversed(added)}
    becomes = [waiting.get(i.inside) if surplus[i] else i for i in every]
    texts = texts_of([item for item in becomes if item is not None])
    if not texts:
        return entry.file, remove_item(source, service, entry)
    return entry.file, rewrite_item(source, entry, texts)


def _home(project: Project, service: Service) -> SourceText:
    """The file to add to: of the last own entry, else of the empty list, else of the service."""
    own = [e for e in service.entries if e.origin.alias is None and _is_own(e)]
    place = service.keys.get("ports", service.place)
    return project.sources[own[-1].file if own else place.file]


def _refuse_replicas(service: Service, goal: Counter[Asked]) -> None:
    """The replicas of a service share its ports: one host port is not enough for them."""
    count = service.replicas
    if isinstance(count, int) and count <= 1:
        return
    for asked in goal:
        if asked.published is not None and (
            not isinstance(count, int) or len(asked.published) < count
        ):
            raise CannotEditError(
                f"{service.name} has {count if isinstance(count, int) else 'several'} replicas,"
                f" and only one of them can have {asked.text}"
            )


def _is_own(entry: PortEntry) -> bool:
    return entry.origin.kind is not OriginKind.EXTENDS


def _refuse_shared(entry: PortEntry) -> None:
    if entry.origin.alias is not None:
        raise CannotEditError(
            f"{entry.file}:{entry.span.line} is a list that other services share (an anchor)"
        )
    if not _is_own(entry):
        raise CannotEditError(
            f"{entry.file}:{entry.span.line} is a service that others extend;"
            " --save=override writes beside it"
        )


def _nothing_else(before: Meaning, after: Meaning, name: str) -> bool:
    """Whether only the ports of one service differ."""
    others = [{k: v for k, v in m.runs.items() if k != name} for m in (before, after)]
    refused = [{k: v for k, v in m.refused.items() if k != name} for m in (before, after)]
    return others[0] == others[1] and refused[0] == refused[1] and before.rest == after.rest


def _result(
    sources: Mapping[str, SourceText], texts: Mapping[str, SourceText], home: str
) -> SaveEdit | str:
    changed = [path for path, text in texts.items() if text.text != sources[path].text]
    if not changed:
        source = sources[home]
        content = source.encode(source.text)
        return SaveEdit(home, content, content, 1)
    if len(changed) > 1:
        return f"several files would have to change: {', '.join(changed)}"
    old, new = sources[changed[0]], texts[changed[0]]
    pairs = zip(old.text.splitlines(), new.text.splitlines(), strict=False)
    line = next((i for i, (a, b) in enumerate(pairs, 1) if a != b), old.text.count("\n") + 1)
    return SaveEdit(changed[0], old.encode(old.text), new.encode(new.text), line)
