"""Asking a port who it is: connect, greeting, TLS, HTTP, and a few databases.

Nothing is logged in to, and nothing is sent but a question.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from manager.host.connect import connect
from manager.host.datagrams import PAYLOADS, identify_datagram
from manager.host.greetings import UNKNOWN, USUAL, Spoken, first_line, identify_greeting
from manager.host.http_reply import parse_reply
from manager.host.probe_questions import NAMES, ask
from manager.host.probe_result import Finding
from manager.interfaces import ConnectResult
from manager.model.ports import IPProtocol
from manager.model.probing import ERROR, OPEN, REFUSED, SILENT, TIMEOUT, ProbeResult, Step, Target

_UDP_SECONDS = 1.0
"""A UDP server that has something to say says it sooner; the others never do."""


def probe(target: Target, *, timeout: float = 2.0) -> ProbeResult:
    """Ask a TCP port who it is.

    Takes at most three times `timeout`, in seconds, when the server only ever listens.
    """
    first = connect(target.address, target.port, timeout=timeout)
    step = Step("connect", first.detail or first.answer, first.seconds)
    if not first.answering:
        return ProbeResult(target, first.answer, first.seconds, detail=first.detail, steps=(step,))
    if first.greeting:
        return _greeted(target, first, step)
    steps = [step]
    found = Finding("")
    for finding, asked in _questions(target, timeout):
        steps.append(asked)
        if finding.spoken.protocol:
            found = finding
            break
    return ProbeResult(
        target,
        OPEN,
        first.seconds,
        found.spoken.protocol,
        found.spoken.detail,
        found.tls,
        found.http,
        tuple(steps),
    )


def _greeted(target: Target, first: ConnectResult, step: Step) -> ProbeResult:
    """The result of a server that spoke first."""
    spoken = identify_greeting(first.greeting) or Spoken("", first_line(first.greeting))
    return ProbeResult(
        target,
        OPEN,
        first.seconds,
        spoken.protocol,
        spoken.detail,
        http=parse_reply(first.greeting),
        steps=(step, Step("greeting", spoken.detail or spoken.protocol, first.seconds)),
    )


def _questions(target: Target, timeout: float) -> Iterator[tuple[Finding, Step]]:
    """Ask one question after the other, what is usual on the port first.

    After a time-out the rest is asked at once: politeness would cost a time-out for each.
    """
    usual = USUAL.get(target.usual or target.port)
    names = sorted(NAMES, key=lambda name: name != usual)
    for index, name in enumerate(names):
        finding, step = _asked(name, target, timeout)
        yield finding, step
        if finding.outcome == TIMEOUT:
            rest = names[index + 1 :]
            if rest:
                with ThreadPoolExecutor(max_workers=len(rest)) as pool:
                    yield from pool.map(lambda each: _asked(each, target, timeout), rest)
            return


def _asked(name: str, target: Target, timeout: float) -> tuple[Finding, Step]:
    begun = time.monotonic()
    finding = ask(name, target, timeout)
    return finding, Step(name, finding.outcome, time.monotonic() - begun)


def probe_all(targets: Iterable[Target], *, timeout: float = 2.0) -> tuple[ProbeResult, ...]:
    """Probe several targets of any protocol at the same time; the answers in order."""
    wanted = list(targets)
    if not wanted:
        return ()
    with ThreadPoolExecutor(max_workers=min(16, len(wanted))) as pool:
        return tuple(pool.map(lambda target: _ask(target, timeout), wanted))


def _ask(target: Target, timeout: float) -> ProbeResult:
    if target.protocol is IPProtocol.TCP:
        return probe(target, timeout=timeout)
    if target.protocol is IPProtocol.UDP:
        payload = PAYLOADS.get(target.usual or target.port, b"")
        return probe_udp(target, timeout=min(timeout, _UDP_SECONDS), payload=payload)
    return ProbeResult(target, ERROR, 0.0, detail=f"{target.protocol} cannot be asked from here")


def probe_udp(target: Target, *, timeout: float = 1.0, payload: bytes = b"") -> ProbeResult:
    """Send one datagram. Refused is certain, and so is an answer; silence proves nothing."""
    begun = time.monotonic()
    family = socket.AF_INET if target.address.version == 4 else socket.AF_INET6
    answer, detail, spoken = SILENT, "", UNKNOWN
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as peer:
            peer.settimeout(timeout)
            peer.connect((str(target.address), target.port))
            peer.send(payload)
            spoken = identify_datagram(payload, peer.recv(4096))
            answer, detail = OPEN, spoken.detail
    except TimeoutError:
        answer = SILENT
    except ConnectionRefusedError:
        answer = REFUSED
    except OSError as error:
        answer, detail = "error", (error.strerror or str(error)).lower()
    seconds = time.monotonic() - begun
    steps = (Step("datagram", answer, seconds),)
    return ProbeResult(target, answer, seconds, spoken.protocol, detail, steps=steps)
