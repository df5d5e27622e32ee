"""The filter language of `/`: words that must all hold, read anew at every key.

`text` anywhere · `:8080` and `:8000-8999` host or container port · `exposed`, `loopback`,
`conflict`, `bare`, `stopped`, `running`, `process`, `udp` · `project:shop`, `service:`, `image:`,
`container:`, `state:`, `address:` · `-word` not. There is no wrong filter: what is no word of
the language is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from manager.model.exposure import Exposure
from manager.model.ports import MAX_PORT
from manager.model.rows import Source
from tui.presentation.entry import Entry

Test = Callable[[Entry], bool]

WORDS: dict[str, Test] = {
    "exposed": lambda e: e.exposed,
    "loopback": lambda e: e.exposure is Exposure.LOOPBACK,
    "all": lambda e: e.exposure is Exposure.ALL and not e.bare,
    "bare": lambda e: e.bare,
    "conflict": lambda e: bool(e.conflicts),
    "stopped": lambda e: e.row.source is Source.RESERVED,
    "running": lambda e: e.row.container is not None and e.row.source is not Source.RESERVED,
    "process": lambda e: e.row.container is None,
    "host": lambda e: e.row.source in {Source.PROCESS, Source.HOST_NETWORK},
    "tcp": lambda e: e.row.protocol == "tcp",
    "udp": lambda e: e.row.protocol == "udp",
    "sctp": lambda e: e.row.protocol == "sctp",
}
"""Words with a meaning of their own."""

FIELDS: dict[str, Callable[[Entry], str]] = {
    "project": lambda e: e.project,
    "service": lambda e: (e.row.container and e.row.container.service) or "",
    "container": lambda e: e.container_name,
    "image": lambda e: e.image,
    "state": lambda e: str(e.row.container.state) if e.row.container else "",
    "address": lambda e: e.address,
    "process": lambda e: e.process,
    "port": lambda e: e.port,
}
"""`field:value` looks into one field."""


def parse_filter(text: str) -> tuple[Test, ...]:
    """The tests that an entry must pass, all of them; none for an empty filter."""
    return tuple(_test(word) for word in text.split())


def matching(entries: Iterable[Entry], text: str) -> tuple[Entry, ...]:
    """The entries that pass the filter, in their order."""
    tests = parse_filter(text)
    if not tests:
        return tuple(entries)
    return tuple(entry for entry in entries if all(test(entry) for test in tests))


def completions(text: str, entries: Iterable[Entry]) -> tuple[str, ...]:
    """Whole filters that begin with `text`: words of the language, projects, containers."""
    head, space, word = text.rpartition(" ")
    if not word:
        return ()
    known = [*WORDS, *(f"{name}:" for name in FIELDS)]
    if ":" in word:
        field = word.partition(":")[0]
        if field not in FIELDS:
            return ()
        known = sorted({f"{field}:{FIELDS[field](e)}" for e in entries if FIELDS[field](e)})
    return tuple(
        f"{head}{space}{name}" for name in known if name.startswith(word) and " " not in name
    )


def _test(word: str) -> Test:
    if len(word) > 1 and word[0] in "-!":
        inner = _test(word[1:])
        return lambda entry: not inner(entry)
    lowered = word.casefold()
    if lowered in WORDS:
        return WORDS[lowered]
    if word[0] == ":" and (ports := _ports(word[1:])) is not None:
        return ports
    field, colon, value = lowered.partition(":")
    if colon and value and field in FIELDS:
        read = FIELDS[field]
        return lambda entry: value in read(entry).casefold()
    return lambda entry: lowered in entry.words


def _ports(text: str) -> Test | None:
    """`8080` begins a port, `8000-8999` is a range, `80/` is that port and no other."""
    if text.endswith("/") and text[:-1].isdecimal():
        return _range(text[:-1], text[:-1])
    start, dash, end = text.partition("-")
    if dash and start.isdecimal() and end.isdecimal():
        return _range(start, end)
    if not text.isdecimal():
        return None

    def begins(entry: Entry) -> bool:
        target = entry.row.container_port
        return entry.port.startswith(text) or (
            target is not None and str(target.number).startswith(text)
        )

    return begins


def _range(start: str, end: str) -> Test:
    low, high = (int(part) if len(part) <= 5 else MAX_PORT + 1 for part in (start, end))

    def within(entry: Entry) -> bool:
        ports, target = entry.row.host_ports, entry.row.container_port
        host = ports is not None and ports.start <= high and low <= ports.end
        return host or (target is not None and low <= target.number <= high)

    return within
