"""Compose rejects the entry.

`docker compose` stops at this entry, often with no more than `invalid proto: ` or
`invalid hostPort: 127.0.0.1`. The finding says which part is wrong, and why.

    - "127.0.0.1:80"        two parts are HOST_PORT:CONTAINER_PORT; an address needs three:
    - "127.0.0.1:8080:80"
    - "localhost:8080:80"   host_ip is an address, and never a name:
    - "127.0.0.1:8080:80"
    - "8000-8002:80-81"     ranges are of the same length on both sides

Fix (safe): `localhost` becomes `127.0.0.1`.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.refusals import error_hit, refused
from manager.compose.rule import Context, Hit, Mend
from manager.compose.values import Place, PortEntry, ProblemKind, ReadProblem
from manager.compose.words import LOOPBACK
from manager.model.finding import Edit


def check(context: Context) -> Iterator[Hit]:
    """Entries that compose rejects for what they say."""
    for service, entry, error in refused(context, "PM001"):
        yield error_hit(service, entry, error)._replace(mend=_mend(context, entry))
    for problem in context.project.problems:
        if problem.span is not None and _is_of_ports(context, problem):
            place = Place(problem.file, problem.span)
            yield Hit(place, problem.message, problem.hint, problem.service)


def _is_of_ports(context: Context, problem: ReadProblem) -> bool:
    """Whether compose stops at something that was meant as ports, other than an entry."""
    if problem.kind is ProblemKind.INVALID_PORT:
        return True
    service = context.service(problem.service)
    written = service is not None and bool(service.keys)
    return problem.kind is ProblemKind.WRONG_TYPE and problem.fatal and written


def _mend(context: Context, entry: PortEntry) -> Mend | None:
    """127.0.0.1 for the name localhost, where the name stands in the file as it is."""
    part, source = entry.parts.host_ip, context.source(entry.file)
    if part is None or source is None or part.text != "localhost":
        return None
    edit = Edit(part.span.start, part.span.end, LOOPBACK)
    if source.text[edit.start : edit.end] != "localhost":
        return None
    return Mend("write 127.0.0.1 for localhost", (edit,), "accepted")
