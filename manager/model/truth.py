"""The truth about a port: what was asked for, what is bound, what answers, and why not.

Pure: everything that was read and asked is given. What it says is the same for all front ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from manager.model.cause import Why
from manager.model.conflict import Conflict
from manager.model.inside import Inside, InsideView
from manager.model.localhost import Resolution
from manager.model.naming import owner_id
from manager.model.ports import IPAddress, IPProtocol, format_host
from manager.model.probing import SILENT, ProbeResult
from manager.model.rows import PortRow, Source, covers
from manager.model.verdict import Verdict

_WORDS = {
    "closed-at-once": "is taken and closed at once",
    "refused": "is refused",
    "timeout": "is not answered",
}


@dataclass(frozen=True, slots=True)
class RowTruth:
    """One row of the table with everything that is known of it.

    inside None: what its container listens on is not known. answer None: it could not be asked,
    as the loopback addresses of another host.
    """

    row: PortRow
    verdict: Verdict
    conflicts: tuple[Conflict, ...] = ()
    inside: InsideView | None = None
    answer: ProbeResult | None = None
    why: Why | None = None

    @property
    def good(self) -> bool:
        """Whether it answers, or nothing shows that it does not (UDP, another host's loopback)."""
        if self.why is not None:
            return False
        return self.answer is None or self.answer.answering or self.answer.answer == SILENT

    @property
    def sentence(self) -> str:
        """What it comes to, in a sentence without a full stop."""
        side = f" -> {self.row.container_port}" if self.row.container_port else ""
        name = f"{self.row.host}{side}"
        if self.why is not None and self.row.source is Source.RESERVED:
            # The port may answer all the same, for another container.
            return self.why.sentence
        if self.why is not None:
            return f"{name} does not answer: {self.why.sentence}"
        if self.answer is None:
            return f"{name} cannot be asked from here; {self.verdict}"
        if self.answer.answering:
            return f"{name} answers{_saying(self.answer)}; {self.verdict}"
        if self.answer.answer == SILENT:
            return f"{name} says nothing, which proves nothing of UDP{self._listens()}"
        failed = _WORDS.get(self.answer.answer) or f"fails ({self.answer.detail})"
        return f"{name} does not answer: the connection {failed}"

    def _listens(self) -> str:
        if self.inside is None or self.inside.state is not Inside.LISTENS:
            return ""
        return f"; something listens on {self.inside.port} in the container"


@dataclass(frozen=True, slots=True)
class PortTruth:
    """One host port (of one protocol): what each address of the host said, and whose it is.

    rows are those on this port, the bound ones first. asked: ids of the containers and services
    that were asked about, empty where the port itself was.
    """

    port: int
    protocol: IPProtocol
    answers: tuple[ProbeResult, ...]
    rows: tuple[RowTruth, ...]
    localhost: Resolution
    asked: frozenset[str] = frozenset()

    @property
    def good(self) -> bool:
        """Whether what was asked about answers; of UDP, whether nothing shows that it does not."""
        rows = [truth for truth in self.rows if owner_id(truth.row) in self.asked]
        if not self.asked:
            rows = [truth for truth in self.rows if truth.row.bound] or list(self.rows)
        if not rows:
            return bool(self.strangers)
        return all(truth.good for truth in rows)

    @property
    def strangers(self) -> tuple[ProbeResult, ...]:
        """What answers where no row says that anything is bound."""
        return tuple(
            answer
            for answer in self.answers
            if answer.answering
            and not any(covers(t.row, answer.target.address, self.port) for t in self.rows)
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What it comes to: a sentence a row, then what is odd."""
        return (*(truth.sentence for truth in self.rows), *self.oddities)

    @property
    def oddities(self) -> tuple[str, ...]:
        """What no row says of itself: nobody there, somebody unknown, a name that leads away."""
        said = []
        if not self.rows and not self.strangers:
            said.append(f"nobody listens on {self.port}/{self.protocol}")
        for answer in self.strangers:
            where = f"{format_host(answer.target.address)}:{self.port}"
            said.append(f"{where} answers{_saying(answer)}, and nobody is known to listen there")
        return (*said, *self._about_localhost())

    def _about_localhost(self) -> tuple[str, ...]:
        """Whether the name leads to where the port answers."""
        by_address = {answer.target.address: answer for answer in self.answers}
        asked = [by_address[a] for a in self.localhost.addresses if a in by_address]
        if self.protocol is not IPProtocol.TCP or len(asked) < 2:
            return ()
        first, good = asked[0], [answer for answer in asked if answer.answering]
        if not good or (first.answering and len(good) == 1):
            return ()
        name, other = format_host(first.target.address), format_host(good[-1].target.address)
        if not first.answering:
            failed = _WORDS.get(first.answer, "fails")
            return (f"localhost is {name} first, where a connection {failed}; {other} answers",)
        owners = {self._owner(answer.target.address) for answer in good}
        if len(owners) > 1:
            return (f"localhost is {name} first; on {other} somebody else answers",)
        return ()

    def _owner(self, address: IPAddress) -> str | None:
        rows = (t.row for t in self.rows if covers(t.row, address, self.port))
        row = next(rows, None)
        if row is None:
            return None
        return row.container.id if row.container else str(row.process and row.process.pid)


def answer_for(row: PortRow, port: int, answers: Iterable[ProbeResult]) -> ProbeResult | None:
    """What a row's own addresses said: an answer that is open if there is one, else the first."""
    own = [answer for answer in answers if covers(row, answer.target.address, port)]
    return next((answer for answer in own if answer.answering), own[0] if own else None)


def ask_at(addresses: Sequence[IPAddress], row: PortRow | None) -> tuple[IPAddress, ...]:
    """Where to ask for a row: the host's addresses, and the row's own where that is none of them.

    Link-local IPv6 addresses are left out: they mean nothing without their interface.
    """
    found = [a for a in addresses if not (a.version == 6 and a.is_link_local)]
    own = row.host_ip if row is not None else None
    if own is not None and not own.is_unspecified and own not in found:
        found.insert(0, own)
    return tuple(found)


def _saying(answer: ProbeResult) -> str:
    """`: http, 200 OK, in 3 ms`."""
    words = [word for word in (answer.protocol, answer.detail) if word]
    words.append(answer.pace)
    return f": {', '.join(words)}" if len(words) > 1 else f" {words[0]}"
