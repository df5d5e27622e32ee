"""What the docker SDK, requests and sockets raise, in pmap's own words.

Nothing above this package sees an exception of theirs.
"""

from __future__ import annotations

import grp
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from manager.engine.endpoint import Endpoint
from manager.errors import EngineError, EnginePermission, EngineUnavailable


class BrokenAnswer(OSError):
    """The other side of the socket does not speak HTTP as an engine does."""


@contextmanager
def translated(endpoint: Endpoint) -> Iterator[None]:
    """Turn what the SDK, requests and sockets raise inside into EngineError and its kin."""
    from docker.errors import APIError, DockerException  # noqa: PLC0415 -- 110 ms, once an engine answers
    from requests.exceptions import RequestException  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    try:
        yield
    except APIError as error:
        raise EngineError(_explanation(error), status=_status(error)) from error
    except (DockerException, RequestException, HTTPError) as error:
        raise of_cause(endpoint, _os_error(error) or error) from error
    except OSError as error:
        raise of_cause(endpoint, error) from error


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    return status if isinstance(status, int) else None


def _explanation(error: BaseException) -> str:
    """The engine's own sentence, without the SDK's `500 Server Error for ...` around it."""
    text = getattr(error, "explanation", None) or str(error)
    return " ".join(
        text.decode(errors="replace").split() if isinstance(text, bytes) else text.split()
    )


def _os_error(error: BaseException) -> OSError | None:
    """The socket's own error inside what requests and urllib3 wrapped around it."""
    todo, seen = [error], set[int]()
    found: OSError | None = None
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, OSError) and one.errno is not None:
            found = one
        inner = (one.__cause__, one.__context__, *one.args)
        todo.extend(item for item in inner if isinstance(item, BaseException))
    return found


def of_cause(endpoint: Endpoint, cause: BaseException) -> EngineUnavailable:
    """The error that says why no engine answers at an endpoint, and what to type."""
    where = f"{endpoint.url} ({endpoint.source})"
    if isinstance(cause, PermissionError):
        return EnginePermission(
            f"this user may not open {endpoint.socket_path or where}",
            hint=_permission_hint(endpoint),
        )
    if isinstance(cause, FileNotFoundError):
        return EngineUnavailable(
            f"no engine answers at {where}: there is no such socket", hint=_start_hint(endpoint)
        )
    if isinstance(cause, ConnectionRefusedError):
        return EngineUnavailable(
            f"no engine answers at {where}: nothing listens there", hint=_start_hint(endpoint)
        )
    if isinstance(cause, TimeoutError) or "timed out" in str(cause):
        return EngineUnavailable(
            f"the engine at {where} does not answer in time", hint=_start_hint(endpoint)
        )
    if isinstance(cause, ssl.SSLError):
        return EngineUnavailable(
            f"no secure connection to {where}: {getattr(cause, 'reason', None) or cause}",
            hint="look at DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, or at the context's certificates",
        )
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return EngineUnavailable(f"no engine answers at {where}: {text}", hint=_start_hint(endpoint))


def _permission_hint(endpoint: Endpoint) -> str:
    path = endpoint.socket_path
    if not path:
        return "look at the rights of this user there"
    try:
        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (OSError, KeyError):
        return "run pmap with sudo"
    if group == "root":
        return "run pmap with sudo"
    return f"sudo usermod -aG {group} $USER, then log in again; or run pmap with sudo"


def _start_hint(endpoint: Endpoint) -> str:
    """The command that starts the engine, or that names the one that does run."""
    if endpoint.scheme == "ssh":
        return f"try it by hand: docker -H {endpoint.url} version"
    other = next((path for path in _other_sockets() if path != endpoint.socket_path), None)
    if other is not None:
        return f"another one is here: pmap -H unix://{other}"
    if endpoint.scheme == "unix":
        return "sudo systemctl start docker; or name an engine with -H or --context; or try --demo"
    return "name another engine with -H or --context; or try --demo"


def _other_sockets() -> Iterator[str]:
    """Sockets of rootless Docker, Podman and Docker Desktop that this user could use."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    home = os.environ.get("HOME", "")
    candidates = [
        "/var/run/docker.sock",
        f"{runtime}/docker.sock",
        f"{home}/.docker/desktop/docker.sock",
        f"{runtime}/podman/podman.sock",
        "/run/podman/podman.sock",
    ]
    for path in candidates:
        if os.access(path, os.R_OK | os.W_OK):
            yield path
