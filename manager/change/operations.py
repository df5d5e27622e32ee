"""The steps of a change, in the order in which they are taken. Pure.

Created and compared while the old ones still run, so that the outage is stop and start alone;
nothing is removed before the commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from manager.change.fileedit import FileEdit
from manager.change.plan import Operation, OperationKind
from manager.interfaces import LayerChange
from manager.model.container import Container

_KIND = OperationKind


@dataclass(frozen=True, slots=True)
class Replacement:
    """A container that is replaced, why, and which of its files are copied over."""

    container: Container
    cause: str
    copied: tuple[LayerChange, ...] = ()


def new_name(name: str, tx: str) -> str:
    """The name of the new container until it takes over."""
    return f"{name}.pmap-new-{tx}"


def old_name(name: str, tx: str) -> str:
    """The name of the old container once the new one has its name."""
    return f"{name}.pmap-old-{tx}"


def operations(
    tx: str, replaced: Sequence[Replacement], edit: FileEdit | None
) -> tuple[Operation, ...]:
    """Every step for these containers: the target first, then what hangs on it."""
    running = [one.container for one in replaced if one.container.running]
    return (
        *_beside(tx, replaced),
        *_saved(edit),
        *_stopped(running),
        *_copied(tx, replaced),
        *_taken_over(tx, [one.container for one in replaced]),
        *_started(running),
        Operation(
            kind=_KIND.COMMIT,
            resource=replaced[0].container.name,
            cause="from here on the new one stays",
        ),
        *_removed(tx, replaced),
    )


def _beside(tx: str, replaced: Sequence[Replacement]) -> Iterator[Operation]:
    for one in replaced:
        name = new_name(one.container.name, tx)
        yield Operation(kind=_KIND.CREATE, resource=name, cause=one.cause)
        yield Operation(
            kind=_KIND.COMPARE, resource=name, cause="all but the ports must be the same"
        )


def _saved(edit: FileEdit | None) -> Iterator[Operation]:
    if edit is not None:
        yield Operation(
            kind=_KIND.SAVE, resource=edit.place, cause="docker compose up goes by this file"
        )


def _stopped(running: Sequence[Container]) -> Iterator[Operation]:
    for container in reversed(running):
        yield Operation(
            kind=_KIND.STOP, resource=container.name, cause="only one can hold its ports"
        )
        yield Operation(
            kind=_KIND.HOLD, resource=container.name, cause="the engine must not restart it"
        )


def _copied(tx: str, replaced: Sequence[Replacement]) -> Iterator[Operation]:
    for one in replaced:
        if one.copied:
            yield Operation(
                kind=_KIND.COPY,
                resource=new_name(one.container.name, tx),
                cause=f"{len(one.copied)} changed files are in no volume",
            )


def _taken_over(tx: str, containers: Sequence[Container]) -> Iterator[Operation]:
    for container in containers:
        yield Operation(
            kind=_KIND.RENAME_OLD,
            resource=container.name,
            cause=f"kept as {old_name(container.name, tx)}",
        )
        yield Operation(
            kind=_KIND.RENAME_NEW, resource=container.name, cause="the new one takes its name"
        )


def _started(running: Sequence[Container]) -> Iterator[Operation]:
    for container in running:
        yield Operation(kind=_KIND.START, resource=container.name, cause="the old one was running")
    for container in running:
        yield Operation(
            kind=_KIND.VERIFY, resource=container.name, cause="until then the old one can come back"
        )


def _removed(tx: str, replaced: Sequence[Replacement]) -> Iterator[Operation]:
    for one in reversed(replaced):
        yield Operation(
            kind=_KIND.REMOVE, resource=old_name(one.container.name, tx), cause="its volumes stay"
        )
