"""tcp:// with TLS: both ends know each other by certificate, as with DOCKER_TLS_VERIFY.

The certificate beside this file is its own authority, for 127.0.0.1, and valid for 100 years.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import SHUT_RDWR, create_server, socket
from threading import Thread

import pytest
from fake_engine import ping, reply

from manager.engine.connection import connect, resolve_endpoint
from manager.errors import EngineUnavailable

CERTIFICATES = Path(__file__).parent / "certificates"


@pytest.fixture
def tls_url() -> Iterator[str]:
    """An engine without containers that asks its clients for a certificate; its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "cert.pem", CERTIFICATES / "key.pem")
    context.load_verify_locations(CERTIFICATES / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=accept, args=(listener, context))
        thread.start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(SHUT_RDWR)
        thread.join()


def accept(listener: socket, context: ssl.SSLContext) -> None:
    """One connection after the other, one answer on each."""
    while True:
        try:
            plain = listener.accept()[0]
        except OSError:
            return
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                path = connection.recv(65536).split()[1]
                connection.sendall(
                    ping() if path == b"/_ping" else reply([], headers="Connection: close\r\n")
                )
        except OSError:
            # A client that we do not know, or that does not know us.
            plain.close()


def test_both_ends_know_each_other(tls_url: str) -> None:
    env = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(CERTIFICATES)}
    with closing(connect(resolve_endpoint(None, tls_url, env))) as engine:
        assert engine.containers() == ()


def test_an_unknown_server_is_refused(tls_url: str, tmp_path: Path) -> None:
    env = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
    with pytest.raises(EngineUnavailable, match="CERTIFICATE_VERIFY_FAILED") as caught:
        connect(resolve_endpoint(None, tls_url, env))
    assert "DOCKER_CERT_PATH" in caught.value.hint


def test_a_client_without_a_certificate_is_told_so(tls_url: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes((CERTIFICATES / "ca.pem").read_bytes())
    env = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
    with pytest.raises(EngineUnavailable):
        connect(resolve_endpoint(None, tls_url, env))
