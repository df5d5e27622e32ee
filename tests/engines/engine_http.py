"""The Docker Engine API over its unix socket, with nothing but the standard library.

The tests hold the product against what the engine itself says, so this client
shares no code with the product's.
"""

import http.client
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from engine_process import wait_until

JSON_TYPE = "application/json"
GONE_SECONDS = 20.0
#: Networks that no engine lets go.
PREDEFINED = frozenset({"bridge", "host", "none", "podman"})
Query = Mapping[str, str | Sequence[str]]


class ApiError(Exception):
    """The engine answered with an error; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its HTTP status and its whole body."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body's JSON value, None for an empty body."""
        return json.loads(self.body) if self.body.strip() else None


class _UnixConnection(http.client.HTTPConnection):
    """An HTTP connection whose other end is a unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's path instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Api:
    """One engine's API; each call is one connection."""

    def __init__(self, path: Path, timeout: float = 60.0) -> None:
        self.path = path
        self.timeout = timeout

    def call(
        self,
        method: str,
        target: str,
        query: Query | None = None,
        body: object = None,
        *,
        accept: Sequence[int] = (),
    ) -> Reply:
        """Send a request; raise ApiError on an error status that is not in `accept`.

        `body` goes as it is when it is bytes, else as JSON.
        """
        connection = _UnixConnection(self.path, self.timeout)
        raw = isinstance(body, bytes)
        content = body if isinstance(body, bytes) else None
        if body is not None and content is None:
            content = json.dumps(body).encode()
        headers = {"Content-Type": "application/x-tar" if raw else JSON_TYPE}
        path = target + ("?" + urlencode(query, doseq=True) if query else "")
        try:
            connection.request(method, path, content, headers if content is not None else {})
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.read())
        finally:
            connection.close()
        if reply.status >= 400 and reply.status not in accept:
            raise ApiError(reply.status, _message(reply))
        return reply

    def get(self, target: str, query: Query | None = None) -> Any:
        """The JSON answer of a GET."""
        return self.call("GET", target, query).json()

    def ping(self) -> bool:
        """Whether the engine answers now. Short timeout: a hung engine is no engine."""
        try:
            return Api(self.path, timeout=5.0).call("GET", "/_ping").body == b"OK"
        except (OSError, http.client.HTTPException, ApiError):
            return False

    def remove_named(self, prefix: str) -> None:
        """Remove all containers, networks and volumes whose name starts with `prefix`."""
        self.remove_where(lambda name: name.startswith(prefix))

    def remove_where(self, ours: Callable[[str], object]) -> None:
        """Remove all containers, networks and volumes of such names, gone when this returns.

        Also the containers of compose projects of such a name: a container
        that is being replaced may bear another name for a moment.
        """
        self.remove_all(lambda: [one["Id"] for one in self._containers() if self._is(one, ours)])
        for each in self.get("/networks"):
            if ours(each["Name"]) and each["Name"] not in PREDEFINED:
                self._gone(f"/networks/{each['Id']}", (403, 409))
        for each in self.get("/volumes").get("Volumes") or []:
            if ours(each["Name"]):
                self._gone(f"/volumes/{each['Name']}", (409,))

    def remove_all(self, listed: Callable[[], Sequence[str]]) -> None:
        """Remove containers until none is listed: one may hang on another, or be going already."""

        def gone() -> bool:
            for container_id in (ids := listed()):
                query = {"force": "1", "v": "1"}
                self.call("DELETE", f"/containers/{container_id}", query, accept=(404, 409, 500))
            return not ids

        if not wait_until(gone, GONE_SECONDS):
            raise ApiError(500, f"containers that do not go: {', '.join(listed())}")

    def _containers(self) -> list[dict[str, Any]]:
        return list(self.get("/containers/json", {"all": "1"}))

    @staticmethod
    def _is(one: Mapping[str, Any], ours: Callable[[str], object]) -> bool:
        names = [name.lstrip("/") for name in one["Names"] or []]
        names.append((one.get("Labels") or {}).get("com.docker.compose.project", ""))
        return any(ours(name) for name in names)

    def _gone(self, target: str, busy: tuple[int, ...]) -> None:
        """Delete something that may be in use for a moment still."""

        def deleted() -> bool:
            return self.call("DELETE", target, accept=(404, *busy)).status in {204, 404}

        if not wait_until(deleted, GONE_SECONDS):
            self.call("DELETE", target)


def _message(reply: Reply) -> str:
    try:
        return str(reply.json()["message"])
    except (ValueError, TypeError, KeyError):
        return reply.body.decode(errors="replace").strip()
