"""`extends`: a service takes over what another one says, in this file or in another one."""

from __future__ import annotations

import os

from manager.compose.draft import Draft, Extends
from manager.compose.job import Job
from manager.compose.scope import Scope
from manager.compose.values import ProblemKind, ReadProblem
from manager.model.value import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from manager.compose.loading import Loader

MAX_CHAIN = 60


class Site(NamedTuple):
    """Where a service stands: among which services, in which document, read how."""

    services: dict[str, Draft]
    scope: Scope
    job: Job


def extend(
    loader: Loader, draft: Draft, site: Site, chain: tuple[tuple[str, str], ...] = ()
) -> Draft:
    """The draft with all that it inherits; it takes its place among the services of its site.

    What stands in the way (a missing file or service, a cycle) is reported, and left out.
    """
    extends = draft.extends
    if extends is None:
        return draft
    found = _base(loader, draft, extends, site)
    step = (extends.file or site.scope.sheet.path, draft.name)
    if found is None or not _open_end(loader, extends, step, chain):
        draft.extends = None
        return draft
    base, base_site = found
    base = extend(loader, base, base_site, (*chain, step))
    inherited = len(base.ports or ()) + len(base.dropped)
    if base.sources:
        loader.budget.spend(inherited, site.scope.sheet, base.sources[-1][1])
    merged = draft.based_on(base, extends, site.scope.tree.removed)
    site.services[draft.name] = merged
    return merged


def _open_end(
    loader: Loader,
    extends: Extends,
    step: tuple[str, str],
    chain: tuple[tuple[str, str], ...],
) -> bool:
    """Whether the chain may go on; reports a cycle, or a chain without an end in sight."""
    if step in chain:
        names = " extends ".join(name for _, name in (*chain, step))
        _report(loader, extends, ProblemKind.CYCLE, f"extends turns in a circle: {names}")
        return False
    if len(chain) >= MAX_CHAIN:
        message = f"extends goes on over more than {MAX_CHAIN} services"
        _report(loader, extends, ProblemKind.TOO_LARGE, message)
        return False
    return True


def _base(loader: Loader, draft: Draft, extends: Extends, site: Site) -> tuple[Draft, Site] | None:
    """The extended service, and where it stands."""
    others: dict[str, Draft] | None = site.services
    job, where = site.job, site.scope.sheet.path
    if extends.file is not None:
        where = os.path.normpath(os.path.join(job.folder, extends.file))
        job = job._replace(folder=os.path.dirname(where))
        known = len(loader.problems)
        others = loader.base_services(where, job)
        if others is None:
            del loader.problems[known:]
            message = f"extends a file that cannot be read: {extends.file}"
            _report(loader, extends, ProblemKind.MISSING_EXTENDS, message, draft.name)
            return None
    if others is None or extends.service not in others:
        message = f"extends the service {extends.service!r}, which is not in {where}"
        _report(loader, extends, ProblemKind.MISSING_EXTENDS, message, draft.name)
        return None
    base = others[extends.service]
    loader.unused.pop(id(base), None)
    scope = base.sources[-1][0] if base.sources else site.scope
    return base, Site(others, scope, job)


def _report(
    loader: Loader, extends: Extends, kind: ProblemKind, message: str, service: str | None = None
) -> None:
    place = extends.place
    loader.report(ReadProblem(kind, place.file, message, place.span, service=service))
