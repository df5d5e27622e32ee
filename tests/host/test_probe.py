"""Ports that are asked who they are: real servers of every kind on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from manager.host.probe import probe, probe_all, probe_udp
from manager.model.probing import ProbeResult, Target

HERE = ip_address("127.0.0.1")

# Made for these tests and of no use elsewhere: O=pmap tests, CN=web.example, until 2081.
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg30HcGCtDHE1Yko1P
rVnN+4QmRVzWiV11orxaBQU2WXehRANCAATZ8XsYQkmg7r9pie621TGxd71xcULl
GBBjk+VaFZu4mogSfDbj2zUzzHA+w/ogwEwClPecnynHL0V5pQ43eELb
-----END PRIVATE KEY-----
"""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIB6TCCAZCgAwIBAgIUSGnslwlY4bN7UMqIDQyuivXScZAwCgYIKoZIzj0EAwIw
KzETMBEGA1UECgwKcG1hcCB0ZXN0czEUMBIGA1UEAwwLd2ViLmV4YW1wbGUwIBcN
MjYxMTIzMDQyOTA4WhgPMjA4MTA4MjYwNDI5MDhaMCsxEzARBgNVBAoMCnBtYXAg
dGVzdHMxFDASBgNVBAMMC3dlYi5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAE2fF7GEJJoO6/aYnuttUxsXe9cXFC5RgQY5PlWhWbuJqIEnw249s1M8xw
PsP6IMBMApT3nJ8pxy9FeaUON3hC26OBjzCBjDAdBgNVHQ4EFgQUoQCkoL2DpKnd
VXtJqYyxnOTADAEwHwYDVR0jBBgwFoAUoQCkoL2DpKndVXtJqYyxnOTADAEwDwYD
VR0TAQH/BAUwAwEB/zA5BgNVHREEMjAwggt3ZWIuZXhhbXBsZYIJKi5leGFtcGxl
hwR/AAABhxAAAAAAAAAAAAAAAAAAAAABMAoGCCqGSM49BAMCA0cAMEQCIG9rjpTp
+Rm4MzVHsi52KsAGUJe7WkMrI7e5u62bGkUYAiAZG1aOwWzMIZDxC9zsKAe5jZgl
AfztYEOZH0pMcTKT6w==
-----END CERTIFICATE-----
"""

Serve = Callable[[socket.socket], None]


@contextmanager
def server(serve: Serve, address: str = "127.0.0.1") -> Iterator[int]:
    """A server that does `serve` with each connection, in a thread of its own."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    threads: list[threading.Thread] = []

    def one(peer: socket.socket) -> None:
        with peer:
            peer.settimeout(5)
            try:
                serve(peer)
            except OSError:
                return  # the client had heard enough

    def accept() -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return  # the test is over
            threads.append(threading.Thread(target=one, args=[peer]))
            threads[-1].start()

    with socket.create_server((address, 0), family=family) as listening:
        accepting = threading.Thread(target=accept)
        accepting.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    accepting.join(10)
    for thread in threads:
        thread.join(10)


def http(peer: socket.socket) -> None:
    asked = peer.recv(4096)
    if asked.startswith(b"GET / HTTP/1.1\r\nHost: "):
        peer.sendall(b"HTTP/1.1 200 OK\r\nServer: test/1\r\n\r\nhello")
    else:
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def redis(peer: socket.socket) -> None:
    if peer.recv(4096) == b"PING\r\n":
        peer.sendall(b"+PONG\r\n")


def postgres(peer: socket.socket) -> None:
    if peer.recv(4096) == bytes.fromhex("0000000804d2162f"):
        peer.sendall(b"N")


def silent(peer: socket.socket) -> None:
    while peer.recv(4096):
        continue


def ask(serve: Serve, *, usual: int | None = None, timeout: float = 2.0) -> ProbeResult:
    with server(serve) as port:
        return probe(Target(HERE, port, usual), timeout=timeout)


@pytest.mark.parametrize(
    ("serve", "usual", "protocol", "detail", "questions"),
    [
        (http, 8080, "http", "200 OK (test/1)", ["connect", "http"]),
        (http, None, "http", "200 OK (test/1)", ["connect", "tls", "http"]),
        (http, 6379, "http", "400 Bad Request", ["connect", "redis"]),
        (redis, 6379, "redis", "PONG", ["connect", "redis"]),
        (redis, None, "redis", "PONG", ["connect", "tls", "http", "redis"]),
        (postgres, 5432, "postgres", "without TLS", ["connect", "postgres"]),
        (
            postgres,
            None,
            "postgres",
            "without TLS",
            ["connect", "tls", "http", "redis", "postgres"],
        ),
    ],
)
def test_servers_that_wait_are_asked(
    serve: Serve, usual: int | None, protocol: str, detail: str, questions: list[str]
) -> None:
    found = ask(serve, usual=usual)
    assert (found.answer, found.protocol, found.detail) == ("open", protocol, detail)
    assert [step.name for step in found.steps] == questions
    assert all(0 <= step.seconds < 2 for step in found.steps)


def test_servers_that_greet_are_not_asked() -> None:
    found = ask(lambda peer: peer.sendall(b"SSH-2.0-test\r\n"))
    assert (found.protocol, found.detail) == ("ssh", "SSH-2.0-test")
    assert [step.name for step in found.steps] == ["connect", "greeting"]
    found = ask(lambda peer: peer.sendall(b"\x1b[31mgo away\r\n"))
    assert (found.protocol, found.detail, found.answering) == ("", "\x1b[31mgo away", True)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder: Path = tmp_path_factory.mktemp("tls")
    (folder / "key").write_text(KEY)
    (folder / "certificate").write_text(CERTIFICATE)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "certificate", folder / "key")
    return made


def test_https_shows_its_certificate(context: ssl.SSLContext) -> None:
    def https(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as session:
            http(session)

    found = ask(https)
    assert (found.protocol, found.detail) == ("https", "200 OK (test/1)")
    assert found.http is not None
    assert found.tls is not None
    assert found.tls.version == "TLSv1.3"
    certificate = found.tls.certificate
    assert certificate is not None
    assert certificate.subject == certificate.issuer == "web.example"
    assert certificate.names == ("web.example", "*.example", "127.0.0.1", "::1")
    assert f"{certificate.end:%Y-%m-%d}" == "2081-08-26"
    assert [step.name for step in found.steps] == ["connect", "tls"]


def test_tls_that_is_no_web_server(context: ssl.SSLContext) -> None:
    def broker(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as session:
            session.recv(100)

    found = ask(broker)
    assert (found.protocol, found.http) == ("tls", None)
    assert found.tls is not None
    assert found.tls.certificate is not None


def test_tls_that_wants_a_name_is_still_tls(context: ssl.SSLContext) -> None:
    def picky(peer: socket.socket) -> None:
        peer.recv(4096)
        peer.sendall(bytes.fromhex("15030300020270"))  # fatal alert: unrecognized_name

    found = ask(picky)
    assert found.protocol == "tls"
    assert found.tls is not None
    assert "unrecognized name" in found.tls.problem


def test_a_server_that_only_listens_costs_little_and_is_open() -> None:
    begun = time.monotonic()
    found = ask(silent, timeout=0.6)
    assert time.monotonic() - begun < 4 * 0.6  # as long as four questions, one after the other
    assert (found.answer, found.protocol) == ("open", "")
    assert [step.outcome for step in found.steps] == ["open", *["timeout"] * 4]


def test_nobody_and_a_proxy_without_a_backend() -> None:
    assert ask(lambda peer: None).answer == "closed-at-once"
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        refused = probe(Target(HERE, bound.getsockname()[1]))
    assert (refused.answer, refused.answering, len(refused.steps)) == ("refused", False, 1)


def test_several_addresses_are_asked_at_once() -> None:
    with server(http, "::1") as port:
        six, four = probe_all([Target(ip_address("::1"), port, 80), Target(HERE, port, 80)])
    assert (six.protocol, four.answer) == ("http", "refused")
    assert probe_all([]) == ()


def test_udp_as_far_as_it_can_be_known() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(5)
        target = Target(HERE, peer.getsockname()[1])
        assert probe_udp(target, timeout=0.05).answer == "silent"
        peer.recv(10)

        def echo() -> None:
            data, client = peer.recvfrom(10)
            peer.sendto(data.upper(), client)

        thread = threading.Thread(target=echo)
        thread.start()
        answered = probe_udp(target, timeout=5, payload=b"hello")
        thread.join(5)
    assert (answered.answer, answered.detail) == ("open", "HELLO")
    assert probe_udp(target, timeout=5).answer == "refused"
