"""What one question to a port brought."""

from __future__ import annotations

from dataclasses import dataclass

from manager.host.greetings import UNKNOWN, Spoken
from manager.model.probing import HttpReply, TlsFacts


@dataclass(frozen=True, slots=True)
class Finding:
    """What one question brought: enough to stop asking, unless protocol is empty."""

    outcome: str
    spoken: Spoken = UNKNOWN
    tls: TlsFacts | None = None
    http: HttpReply | None = None
