"""The steps of a change, in the order in which they are taken. Pure.

Created and compared while the old ones still run, so that the outage is stop and start alone;
nothing is removed before the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from manager.change.fileedit import FileEdit
from manager.change.layer import counted
from manager.change.plan import Operation, OperationKind
from manager.model.container import Container

_KIND = OperationKind


@dataclass(frozen=True, slots=True)
class Replacement:
    """A container that is replaced, why, and which of its files are copied over.

    vanishes: made with --rm and running, so that the engine removes it once it is stopped.
    held: it has a restart policy, which must not bring it back. logs: its output is kept.
    """

    container: Container
    cause: str
    copied: tuple[str, ...] = ()
    vanishes: bool = False
    held: bool = True
    logs: bool = False


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
    running = [one for one in replaced if one.container.running]
    started = [one.container for one in running]
    # What is gone once it stops must be copied while it runs.
    early, late = ([one for one in replaced if one.vanishes is gone] for gone in (True, False))
    return (
        *_beside(tx, replaced),
        *_saved(edit),
        *_copied(tx, early),
        *_logged((one, one.container.name) for one in early),
        *_stopped(running),
        *_copied(tx, late),
        *_taken_over(tx, replaced),
        *_started(started),
        Operation(
            kind=_KIND.COMMIT,
            resource=replaced[0].container.name,
            cause="from here on the new one stays",
        ),
        *_logged((one, old_name(one.container.name, tx)) for one in late),
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


def _stopped(running: Sequence[Replacement]) -> Iterator[Operation]:
    for one in reversed(running):
        name = one.container.name
        yield Operation(kind=_KIND.STOP, resource=name, cause="only one can hold its ports")
        if one.held and not one.vanishes:
            yield Operation(
                kind=_KIND.HOLD, resource=name, cause="its restart policy must not bring it back"
            )


def _copied(tx: str, replaced: Sequence[Replacement]) -> Iterator[Operation]:
    for one in replaced:
        if one.copied:
            yield Operation(
                kind=_KIND.COPY,
                resource=new_name(one.container.name, tx),
                cause=f"{counted(len(one.copied))} in no volume",
            )


def _logged(replaced: Iterable[tuple[Replacement, str]]) -> Iterator[Operation]:
    for one, name in replaced:
        if one.logs:
            yield Operation(
                kind=_KIND.LOGS, resource=name, cause="what it has written goes to a file"
            )


def _taken_over(tx: str, replaced: Sequence[Replacement]) -> Iterator[Operation]:
    for one in replaced:
        name = one.container.name
        if not one.vanishes:
            yield Operation(
                kind=_KIND.RENAME_OLD, resource=name, cause=f"kept as {old_name(name, tx)}"
            )
        yield Operation(kind=_KIND.RENAME_NEW, resource=name, cause="the new one takes its name")


def _started(running: Sequence[Container]) -> Iterator[Operation]:
    for container in running:
        yield Operation(kind=_KIND.START, resource=container.name, cause="the old one was running")
    for container in running:
        yield Operation(
            kind=_KIND.VERIFY, resource=container.name, cause="until then the old one can come back"
        )


def _removed(tx: str, replaced: Sequence[Replacement]) -> Iterator[Operation]:
    for one in reversed([one for one in replaced if not one.vanishes]):
        yield Operation(
            kind=_KIND.REMOVE, resource=old_name(one.container.name, tx), cause="its volumes stay"
        )
