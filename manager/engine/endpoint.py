"""Which engine to talk to, chosen as the docker CLI chooses it. Reads files, opens no socket.

Order (docker CLI, docs "Specifying contexts" and "Environment variables"): --context, -H,
DOCKER_HOST, DOCKER_CONTEXT, currentContext of config.json, the default socket.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from manager.engine.contexts import ContextStore, TlsFiles
from manager.errors import InvalidInput

DEFAULT_HOST = "unix:///var/run/docker.sock"
DEFAULT_CONTEXT = "default"
_TCP_PORT, _TLS_PORT = 2375, 2376
_HINT = "as in unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An engine's address. url is unix://, tcp:// or ssh://; source says who named it.

    context is the docker context's name, None where a host was named directly; tls None is a
    plain connection; headers go with every request.
    """

    url: str
    context: str | None = None
    tls: TlsFiles | None = None
    source: str = "the default"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def scheme(self) -> str:
        """unix, tcp or ssh."""
        return self.url.partition("://")[0]

    @property
    def socket_path(self) -> str:
        """The path of a unix:// endpoint, empty for the others."""
        return self.url.removeprefix("unix://") if self.scheme == "unix" else ""

    @property
    def address(self) -> tuple[str, int]:
        """Host name and port of a tcp:// endpoint."""
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or self.default_port

    @property
    def default_port(self) -> int:
        """2376 with TLS, 2375 without (IANA docker-s, docker)."""
        return _TLS_PORT if self.tls else _TCP_PORT


def resolve_endpoint(context: str | None, host: str | None, env: Mapping[str, str]) -> Endpoint:
    """The endpoint that `--context`, `-H`, the environment and docker's own files name.

    Raises InvalidInput for both options at once, a context that does not exist, files that
    cannot be read, and addresses that are none.
    """
    if context and host:
        raise InvalidInput(
            "--context and -H both name an engine", hint="give the one that you mean"
        )
    store = ContextStore.of(env)
    return replace(_choose(context, host, env, store), headers=store.headers())


def _choose(
    context: str | None, host: str | None, env: Mapping[str, str], store: ContextStore
) -> Endpoint:
    if host:
        return _of_host(host, store.tls_of(env), "-H")
    if context:
        return _of_context(context, store, env, "--context")
    if env.get("DOCKER_HOST"):
        return _of_host(env["DOCKER_HOST"], store.tls_of(env), "DOCKER_HOST")
    if env.get("DOCKER_CONTEXT"):
        return _of_context(env["DOCKER_CONTEXT"], store, env, "DOCKER_CONTEXT")
    return _of_context(store.current() or DEFAULT_CONTEXT, store, env, "docker's current context")


def _of_context(name: str, store: ContextStore, env: Mapping[str, str], source: str) -> Endpoint:
    if name == DEFAULT_CONTEXT:
        # The CLI's default context is not stored: it is what the environment says.
        host = env.get("DOCKER_HOST")
        where = "DOCKER_HOST" if host else "the default"
        return _of_host(host or DEFAULT_HOST, store.tls_of(env), where)
    stored = store.read(name)
    found = _of_host(stored.host or DEFAULT_HOST, stored.tls, f"context {name}")
    return replace(found, context=name, source=f"{source} {name}")


def _of_host(text: str, tls: TlsFiles | None, source: str) -> Endpoint:
    """Read a host as `docker -H` does, where a bare `host:port` means tcp."""
    url = text.strip()
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "tcp", url
    if scheme in {"unix", "http+unix"}:
        return Endpoint(f"unix://{_socket_path(rest, text, source)}", source=source)
    if scheme in {"tcp", "http", "https"}:
        if rest.strip("/") and "/" in rest.rstrip("/"):
            raise InvalidInput(
                f"{source}: {text!r} is a path, not host:port",
                hint=f"a socket is written unix://{rest}" if rest.startswith("/") else _HINT,
            )
        endpoint = Endpoint(f"tcp://{rest}", None, tls, source)
        return Endpoint(_with_port(endpoint, text), None, tls, source)
    if scheme == "ssh":
        parts = _split(url, text, source)
        if not parts.hostname or parts.hostname.startswith("-") or parts.password:
            raise InvalidInput(f"{source}: {text!r} names no ssh host", hint=_HINT)
        if (parts.username or "").startswith("-"):
            raise InvalidInput(f"{source}: {text!r} names no ssh user", hint=_HINT)
        return Endpoint(url, source=source)
    raise InvalidInput(f"{source}: {text!r}: pmap does not speak {scheme}://", hint=_HINT)


def _socket_path(rest: str, text: str, source: str) -> str:
    if not rest.strip("/"):
        raise InvalidInput(f"{source}: {text!r} names no socket", hint=_HINT)
    if "\0" in rest:
        raise InvalidInput(f"{source}: {text!r} is no path", hint=_HINT)
    return str(Path("/", rest))


def _with_port(endpoint: Endpoint, text: str) -> str:
    parts = _split(endpoint.url, text, endpoint.source)
    host = parts.hostname or "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"tcp://{shown}:{parts.port or endpoint.default_port}"


def _split(url: str, text: str, source: str) -> SplitResult:
    """Split a URL whose port is a number, or absent. Raises InvalidInput."""
    try:
        parts = urlsplit(url)
        port_is_read = parts.port
    except ValueError as error:
        raise InvalidInput(f"{source}: {text!r}: {error}", hint=_HINT) from None
    del port_is_read
    return parts
