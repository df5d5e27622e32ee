"""The same entry twice, or twice but for its quotes.

Compose drops an entry whose address, ports and protocol are those of a later one, but it looks
at the text: `published: 8080` and `"8080:80"` are not the same to it, and the container does
not start. And it takes no address and 0.0.0.0 as the same, so that IPv6 is lost silently.

Fix (safe): the later one of two equal entries goes, where it stands on a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.rule import Context, Hit, Mend
from manager.compose.values import Place, PortEntry, PortRun, Service
from manager.compose.words import where
from manager.model.finding import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from manager.compose.rule import Intent


def check(context: Context) -> Iterator[Hit]:
    """Repeated entries, whether compose drops them or not."""
    for service in context.project.services:
        for repeated in service.repeated:
            if _may_differ(repeated.entry, repeated.by):
                continue
            same = repeated.entry.host_ip == repeated.by.host_ip
            yield _hit(context, service, repeated.by, repeated.entry, dropped=True, same=same)
        seen: dict[tuple[object, ...], PortEntry] = {}
        for entry in service.entries:
            if entry.error is not None or not entry.runs or not entry.runs[0].published:
                continue
            key = tuple(_key(run) for run in entry.runs)
            first = seen.setdefault(key, entry)
            if first is not entry and not _may_differ(first, entry):
                yield _hit(context, service, entry, first, dropped=False, same=True)


def _may_differ(one: PortEntry, two: PortEntry) -> bool:
    """Whether the two are only equal because nobody set their variables."""
    unset = any(variable.unset for entry in (one, two) for variable in entry.variables)
    return unset and one.raw != two.raw


def _key(run: PortRun) -> tuple[object, ...]:
    return (run.host_ip, run.published, run.target, run.protocol.lower() or "tcp", run.count)


def _hit(
    context: Context,
    service: Service,
    entry: PortEntry,
    first: PortEntry,
    *,
    dropped: bool,
    same: bool,
) -> Hit:
    what = "repeats" if same else "takes the place of"
    message = f"this entry {what} the one at {where(first.place)}"
    if dropped and not same:
        # To compose no address and 0.0.0.0 are the same; the engine binds both families or one.
        lost = ", and IPv6 is lost" if first.host_ip is None else ""
        message += f": compose keeps the later one alone{lost}"
    if not dropped:
        message += " but for how it is written; compose keeps both, and the container cannot start"
    intent: Intent = "nothing" if dropped else "dropped"
    return Hit(
        Place(entry.file, entry.span),
        message,
        "drop one of the two",
        service.name,
        entry,
        mend=_mend(context, entry, intent) if same else None,
    )


def _mend(context: Context, entry: PortEntry, intent: Intent) -> Mend | None:
    """Delete the lines of an item of a block list, when nothing else stands on them."""
    source = context.source(entry.file)
    if source is None:
        return None
    text, span = source.text, entry.span
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end + 1
    if text[start : span.start].strip() != "-" or text[span.end : end].strip():
        return None
    return Mend("drop the repeated entry", (Edit(start, end, ""),), intent)
