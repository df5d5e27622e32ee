"""What the servers of the demo's host say when they are asked who they are."""

from __future__ import annotations

from datetime import UTC, datetime

from manager.model.ports import IPProtocol
from manager.model.probing import OPEN, Certificate, HttpReply, ProbeResult, Target, TlsFacts

_PAGE = HttpReply(200, "OK", "nginx/1.27.2")
_CERTIFICATE = Certificate(
    "shop.example",
    "Example CA",
    ("shop.example", "www.shop.example"),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2031, 1, 1, tzinfo=UTC),
)
_HTTP = {
    80: _PAGE,
    443: _PAGE,
    3000: HttpReply(302, "Found", "", "/login"),
    9090: HttpReply(302, "Found", "", "/query"),
    9100: HttpReply(200, "OK"),
    8000: HttpReply(200, "OK", "SimpleHTTP/0.6 Python/3.11.2"),
}


def demo_answer(target: Target, answer: str) -> ProbeResult:
    """The answer of an open port by the port that its server listens on; others say nothing."""
    port = target.usual or target.port
    if answer != OPEN or target.protocol is not IPProtocol.TCP:
        return ProbeResult(target, answer, 0.0)
    if port == 5432:
        return ProbeResult(target, OPEN, 0.001, "postgres", "without TLS")
    if port == 22:
        return ProbeResult(target, OPEN, 0.001, "ssh", "OpenSSH_9.2p1")
    http = _HTTP.get(port)
    if http is None:
        return ProbeResult(target, OPEN, 0.001)
    tls = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", _CERTIFICATE) if port == 443 else None
    return ProbeResult(target, OPEN, 0.001, "https" if tls else "http", str(http), tls, http)
