"""What is asked of a port, and what it said."""

from __future__ import annotations

from dataclasses import dataclass

from manager.host.certificate import Certificate
from manager.host.connect import OPEN
from manager.host.greetings import UNKNOWN, Spoken
from manager.host.http_reply import HttpReply
from manager.model.ports import IPAddress

SILENT = "silent"
"""Beside the answers of ConnectResult: a UDP port from which nothing came back."""


@dataclass(frozen=True, slots=True)
class Target:
    """A port to ask. usual: the port that its server listens on, where that is another (the
    container's); it says which question comes first. name: the Host and TLS server name."""

    address: IPAddress
    port: int
    usual: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One question: its name, how it ended (in a word or a line), and its time in seconds."""

    name: str
    outcome: str
    seconds: float


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


@dataclass(frozen=True, slots=True)
class Finding:
    """What one question brought: enough to stop asking, unless protocol is empty."""

    outcome: str
    spoken: Spoken = UNKNOWN
    tls: TlsFacts | None = None
    http: HttpReply | None = None
