"""How the SDK's client reaches a unix socket: through `dial`, like everything else here.

The SDK's own adapter leaves a socket open when a connect fails, which each call to an engine
that went away would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from manager.engine.dial import dial
from manager.engine.endpoint import Endpoint

_IDLE = 10
"""Connections that are kept for the next call."""


class _Connection(HTTPConnection):
    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._endpoint = endpoint
        self._seconds = timeout

    def connect(self) -> None:
        """Open the socket. Raises OSError."""
        self.sock = dial(self._endpoint, timeout=self._seconds)


class _Pool(HTTPConnectionPool):
    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout, maxsize=_IDLE)
        self._endpoint = endpoint
        self._seconds = timeout

    def _new_conn(self) -> _Connection:
        return _Connection(self._endpoint, self._seconds)


class UnixAdapter(HTTPAdapter):
    """Sends every request to one unix:// endpoint. timeout in seconds, for the connect."""

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        super().__init__()
        self._pool = _Pool(endpoint, timeout)

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: Any,
        proxies: Mapping[str, str] | None = None,
        cert: Any = None,
    ) -> _Pool:
        """The one pool, whatever the URL says."""
        return self._pool

    def get_connection(self, url: Any, proxies: Any = None) -> _Pool:
        """The same, by the name that requests before 2.32 asks for."""
        return self._pool

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:
        """The path alone: there is no host to name."""
        return request.path_url

    def close(self) -> None:
        """Close every idle connection."""
        self._pool.close()
        super().close()
