"""`--save` as the change sees it: the compose room's edit, and the hash that compose would give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from manager.change.fileedit import FileEdit
from manager.change.request import SaveChoice
from manager.compose.document import decoded
from manager.compose.normal import ports_of
from manager.compose.project import read_project
from manager.compose.save import SaveEdit, plan_save
from manager.compose.save_files import next_files
from manager.compose.save_override import plan_override
from manager.compose.values import ProjectFiles, SourceText
from manager.host.compose_cli import ComposeProject, EditedFile, hash_after
from manager.model.container import HASH_LABEL, ComposeOrigin, Container
from manager.model.ports import PortMapping

_ONCE_MORE = "the next docker compose up recreates it once more: "


def saver(
    choice: SaveChoice,
) -> Callable[[Container, Sequence[PortMapping], Sequence[PortMapping]], FileEdit | str]:
    """The PlanSave of manager.change.fileedit for this choice."""
    plan = plan_override if choice is SaveChoice.OVERRIDE else plan_save

    def save(
        container: Container, before: Sequence[PortMapping], after: Sequence[PortMapping]
    ) -> FileEdit | str:
        del before
        origin = container.origin
        if origin is None or not origin.files:
            return "its labels name no compose file"
        files = next_files(origin.files, origin.folder, origin.env_files)
        found = plan(files, origin.service, after)
        if isinstance(found, str):
            return found
        return _file_edit(found, files, origin, container.labels.get(HASH_LABEL, ""))

    return save


def _file_edit(edit: SaveEdit, files: ProjectFiles, origin: ComposeOrigin, label: str) -> FileEdit:
    config_hash, note = _hash(edit, files, origin, label)
    return FileEdit(
        path=edit.path,
        before=edit.before,
        after=edit.after,
        line=edit.line,
        config_hash=config_hash,
        note=note,
    )


def _hash(
    edit: SaveEdit, files: ProjectFiles, origin: ComposeOrigin, label: str
) -> tuple[str | None, str]:
    """The hash for the new container; without one, what a person should know."""
    if not label:
        return None, f"{_ONCE_MORE}it bears no configuration hash of docker compose"
    last = edit.path not in files.files and edit.before is None
    everything = (*files.files, edit.path) if last else files.files
    edited = EditedFile(
        edit.path,
        edit.after,
        last,
        ports_now=_ports(files, origin.service, {}),
        ports=_ports(
            ProjectFiles(files.directory, everything, files.env_files),
            origin.service,
            {edit.path: decoded(edit.path, edit.after)},
        ),
    )
    project = ComposeProject(origin.project, files.files, files.directory, origin.env_files)
    answer = hash_after(project, origin.service, edited, label=label)
    if answer.config_hash is not None or not answer.answered:
        return answer.config_hash, ""
    return None, (
        f"{_ONCE_MORE}what its files say here differs from what it was made with in more than"
        " its ports (they changed since, variables are not set here, or it was another compose)"
    )


def _ports(
    files: ProjectFiles, name: str, texts: Mapping[str, SourceText]
) -> list[dict[str, object]]:
    """What `docker compose config --format json` says of the ports of a service."""
    service = read_project(files, texts=texts).service(name)
    return [
        {key: value for key, value in port.items() if key != "service" and value != ""}
        for port in (ports_of(service) if service is not None else ())
    ]
