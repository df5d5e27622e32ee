"""An engine behind TLS with certificates of the test's own, as `dockerd --tlsverify` serves it.

The certificates are made by Debian's openssl; the server takes no client without one of its own
authority, and hands the bytes on to the engine's socket.
"""

import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from engine_extras import Extras, fetch_extras
from pytest_engines import LiveEngine

PACKAGES = ("openssl", "libssl3")
#: openssl wants to be told that there is nothing to ask for.
SETTINGS = "[req]\ndistinguished_name = dn\n[dn]\n"
NAMES = "subjectAltName=IP:127.0.0.1,IP:127.0.0.2,DNS:localhost"


@dataclass(frozen=True, slots=True)
class TlsServer:
    """A running server: its address, and a folder with ca.pem, cert.pem and key.pem."""

    url: str
    folder: Path


def openssl_program(engines: Path) -> Extras:
    """Fetch openssl, with the network that an engine's namespace lacks. Raises NoEngineError."""
    return fetch_extras(engines, "openssl", PACKAGES)


def make_certificates(extras: Extras, folder: Path) -> None:
    """Make an authority, and by it a server's and a client's certificate, into `folder`.

    ca.pem, cert.pem and key.pem are the client's; server-cert.pem and server-key.pem the other's.
    """
    openssl = [str(extras.program("openssl"))]
    (folder / "settings").write_text(SETTINGS)

    def run(*words: str) -> None:
        environment = dict(extras.environment) | {"OPENSSL_CONF": str(folder / "settings")}
        subprocess.run(
            [*openssl, *words], cwd=folder, check=True, capture_output=True, env=environment
        )

    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    authority = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign")
    run(*new, "-subj", "/CN=authority", *authority, "-keyout", "ca-key.pem", "-out", "ca.pem")
    for name, use, files in (
        ("127.0.0.1", "serverAuth", ("server-key.pem", "server-cert.pem")),
        ("client", "clientAuth", ("key.pem", "cert.pem")),
    ):
        signed = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-addext", f"extendedKeyUsage={use}")
        made = ("-subj", f"/CN={name}", "-addext", NAMES, "-keyout", files[0], "-out", files[1])
        run(*new, *signed, *made)


@contextmanager
def tls_server(openssl: Extras, engine: LiveEngine, folder: Path) -> Iterator[TlsServer]:
    """The engine behind TLS on every address. folder gets the certificates."""
    make_certificates(openssl, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server-cert.pem", folder / "server-key.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    target = engine.host.removeprefix("unix://")
    with socket.create_server(("", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, context, target), daemon=True).start()
        yield TlsServer(f"tcp://127.0.0.1:{listener.getsockname()[1]}", folder)
        listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, context: ssl.SSLContext, target: str) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_join, args=(plain, context, target), daemon=True).start()


def _join(plain: socket.socket, context: ssl.SSLContext, target: str) -> None:
    with plain, suppress(OSError):
        secure = context.wrap_socket(plain, server_side=True)
        with secure, socket.socket(socket.AF_UNIX) as engine:
            engine.connect(target)
            _pass_on(secure, engine)


def _pass_on(secure: ssl.SSLSocket, engine: socket.socket) -> None:
    """Hand bytes on in both directions, by one thread: a TLS connection bears no two."""
    sinks: dict[socket.socket, socket.socket] = {secure: engine, engine: secure}
    while True:
        ready = [secure] if secure.pending() else select.select(list(sinks), [], [])[0]
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            sinks[source].sendall(data)
