"""What is asked of a port, and what it said.

Texts of servers are as they came, unescaped: whoever shows them on a terminal escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from manager.model.ports import IPAddress, IPProtocol

if TYPE_CHECKING:
    from datetime import datetime

OPEN = "open"
CLOSED_AT_ONCE = "closed-at-once"
REFUSED = "refused"
TIMEOUT = "timeout"
ERROR = "error"
SILENT = "silent"
"""A UDP port from which nothing came back. The others are the answers of ConnectResult."""


@dataclass(frozen=True, slots=True)
class Target:
    """A port to ask. usual: the port that its server listens on, where that is another (the
    container's); it says which question comes first. name: the Host and TLS server name."""

    address: IPAddress
    port: int
    usual: int | None = None
    name: str = ""
    protocol: IPProtocol = IPProtocol.TCP


@dataclass(frozen=True, slots=True)
class Step:
    """One question: its name, how it ended (in a word or a line), and its time in seconds."""

    name: str
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Status, reason phrase, Server and Location headers; empty texts where there is none."""

    status: int
    reason: str = ""
    server: str = ""
    location: str = ""

    def __str__(self) -> str:
        line = f"{self.status} {self.reason}".strip()
        return f"{line} ({self.server})" if self.server else line


@dataclass(frozen=True, slots=True)
class Certificate:
    """subject and issuer are common names (or organizations), names the alternative names."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    begin: datetime
    end: datetime

    def expired(self, now: float) -> bool:
        """Whether it has ended, `now` in seconds since the epoch."""
        return self.end.timestamp() < now

    @property
    def self_signed(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """A TLS session: version, cipher, certificate. problem where the handshake was refused."""

    version: str = ""
    cipher: str = ""
    certificate: Certificate | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Everything that one address and port said.

    answer is as in ConnectResult, and `silent` for UDP, where nothing came back and nothing is
    proven. protocol is "" where none was recognised. detail is what the server says of itself,
    unescaped. seconds is the time of the first answer.
    """

    target: Target
    answer: str
    seconds: float
    protocol: str = ""
    detail: str = ""
    tls: TlsFacts | None = None
    http: HttpReply | None = None
    steps: tuple[Step, ...] = ()

    @property
    def answering(self) -> bool:
        """Whether something behind the port talks, or at least keeps the connection."""
        return self.answer == OPEN

    @property
    def pace(self) -> str:
        """`in 3 ms`; no clock tells of less than one."""
        milliseconds = round(self.seconds * 1000)
        return f"in {milliseconds} ms" if milliseconds > 0 else "in under 1 ms"
