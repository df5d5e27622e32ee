"""`--save` as the change sees it: the compose room's edit, and the hash that compose would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from manager.change.fileedit import FileEdit
from manager.change.request import SaveChoice
from manager.compose.save import SaveEdit, plan_save
from manager.compose.save_override import plan_override
from manager.host.compose_cli import ComposeProject, config_hash
from manager.model.container import Container
from manager.model.ports import PortMapping


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
        found = plan(origin.files, origin.folder, origin.service, after)
        if isinstance(found, str):
            return found
        project = ComposeProject(origin.project, origin.files, origin.folder)
        return _file_edit(found, project, origin.service)

    return save


def _file_edit(edit: SaveEdit, project: ComposeProject, service: str) -> FileEdit:
    return FileEdit(
        path=edit.path,
        before=edit.before,
        after=edit.after,
        line=edit.line,
        config_hash=config_hash(project, service, path=edit.path, content=edit.after),
    )
