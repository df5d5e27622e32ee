"""The questions that a waiting server is asked, each over a connection of its own."""

from __future__ import annotations

import socket
import ssl
import time

from manager.host.certificate import parse_certificate
from manager.host.connect import connect
from manager.host.greetings import (
    HTTP,
    QUESTIONS,
    TLS,
    Question,
    Spoken,
    is_http2_settings,
)
from manager.host.http_reply import HEAD_END, parse_reply, request
from manager.host.probe_result import Finding
from manager.model.probing import CLOSED_AT_ONCE, OPEN, REFUSED, TIMEOUT, Target, TlsFacts

_HEAD_BYTES = 16384

NAMES = (TLS, HTTP, *(question.protocol for question in QUESTIONS))
"""The questions there are, in the order in which they are asked."""


def ask(name: str, target: Target, timeout: float) -> Finding:
    """Ask whether the server speaks the protocol `name` (tls, http, redis, postgres)."""
    if name == TLS:
        return _ask_tls(target, timeout)
    if name == HTTP:
        return _ask_http(target, timeout)
    question = next(q for q in QUESTIONS if q.protocol == name)
    return _ask_question(question, target, timeout)


def _ask_question(question: Question, target: Target, timeout: float) -> Finding:
    result = connect(target.address, target.port, timeout=timeout, payload=question.ask)
    spoken = question.identify(result.greeting) if result.greeting else None
    if spoken is None:
        http = parse_reply(result.greeting)
        if http is not None:
            # A web server that calls the question a bad request.
            return Finding(str(http), Spoken(HTTP, str(http)), http=http)
        if result.answer == OPEN:
            return Finding("no" if result.greeting else TIMEOUT)
        return Finding("closed" if result.answer == CLOSED_AT_ONCE else result.answer)
    return Finding(spoken.detail, spoken)


def _ask_http(target: Target, timeout: float) -> Finding:
    try:
        with _opened(target, timeout) as peer:
            data = _exchange(peer, target, timeout)
    except OSError as error:
        return Finding(_why(error))
    return _http_finding(data)


def _http_finding(data: bytes) -> Finding:
    http = parse_reply(data)
    if http is not None:
        return Finding(str(http), Spoken(HTTP, str(http)), http=http)
    if is_http2_settings(data):
        return Finding("HTTP/2 alone", Spoken("http2"))
    return Finding("no" if data else "no answer")


def _ask_tls(target: Target, timeout: float) -> Finding:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Whoever it is shall be shown, trusted or not; nothing of ours is sent to it.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with _opened(target, timeout) as plain:
            return _handshake(context, plain, target, timeout)
    except OSError as error:
        return Finding(_why(error))


def _handshake(
    context: ssl.SSLContext, plain: socket.socket, target: Target, timeout: float
) -> Finding:
    try:
        peer = context.wrap_socket(plain, server_hostname=target.name or None)
    except ssl.SSLError as error:
        reason = error.reason or ""
        if "ALERT" in reason or reason.startswith("TLSV1"):
            # Only a TLS server answers with an alert.
            said = reason.lower().replace("_", " ")
            return Finding(said, Spoken(TLS, said), TlsFacts(problem=said))
        return Finding("no")
    with peer:
        facts = _session(peer)
        try:
            http = parse_reply(_exchange(peer, target, timeout))
        except OSError:
            http = None
    if http is None:
        return Finding(facts.version, Spoken(TLS, facts.version), facts)
    return Finding(f"{facts.version}, {http}", Spoken("https", str(http)), facts, http)


def _session(peer: ssl.SSLSocket) -> TlsFacts:
    der = peer.getpeercert(binary_form=True)
    certificate, problem = None, ""
    if der:
        try:
            certificate = parse_certificate(der)
        except ValueError as error:
            problem = str(error)
    cipher = peer.cipher()
    return TlsFacts(peer.version() or "", cipher[0] if cipher else "", certificate, problem)


def _opened(target: Target, timeout: float) -> socket.socket:
    return socket.create_connection((str(target.address), target.port), timeout=timeout)


def _exchange(peer: socket.socket, target: Target, timeout: float) -> bytes:
    """Ask for `/` and read the head of what comes. Raises OSError when nothing comes."""
    deadline = time.monotonic() + timeout
    peer.sendall(request(target.address, target.port, target.name))
    data = b""
    while len(data) < _HEAD_BYTES and not any(end in data for end in HEAD_END):
        peer.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            part = peer.recv(4096)
        except OSError:
            if data:
                return data
            raise
        if not part:
            break
        data += part
    return data


def _why(error: OSError) -> str:
    """How a question ended that got no answer."""
    if isinstance(error, TimeoutError):
        return TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return REFUSED
    return (
        "closed" if isinstance(error, ConnectionError) else (error.strerror or str(error)).lower()
    )
