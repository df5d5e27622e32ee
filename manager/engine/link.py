"""An open connection to an engine: the SDK's low-level client, and what the handshake told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any

from docker import APIClient
from docker.errors import create_api_error_from_http_exception
from docker.tls import TLSConfig
from requests import Response
from requests.exceptions import HTTPError

from manager.engine.adapter import UnixAdapter
from manager.engine.endpoint import Endpoint
from manager.engine.failures import translated
from manager.engine.handshake import Greeting
from manager.engine.many import inspect_many
from manager.engine.tolerant import mapping
from manager.engine.tunnel import SshTunnel

CALL_SECONDS = 60.0
"""How long a call may stay without a byte. Starting a container takes long on a busy host."""


@dataclass(frozen=True, slots=True)
class Link:
    """named is the endpoint as a person chose it, dialled the one behind it (an ssh tunnel's).

    Only what runs inside `with link.checked():` may call `api`. seconds is how long a call may stay
    without a byte.
    """

    named: Endpoint
    dialled: Endpoint
    greeting: Greeting
    api: APIClient
    tunnel: SshTunnel | None = None
    seconds: float = CALL_SECONDS

    @contextmanager
    def checked(self) -> Iterator[APIClient]:
        """The SDK's client; what it raises inside becomes EngineError and its kin."""
        with translated(self.named):
            yield self.api

    def inspect_many(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Raw inspects by id; containers that are gone by now are left out."""
        with self.checked():
            return inspect_many(
                self.dialled, ids, api_version=self.greeting.api_text, timeout=self.seconds
            )

    def post(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout: float | None = CALL_SECONDS,
    ) -> Mapping[str, Any]:
        """POST below the API's version; the object that is answered, an empty one for none.

        The SDK's typed calls cannot express every field, and drop what they do not know.
        Call it inside `checked`.
        """
        url = f"{self.api.base_url}/v{self.greeting.api_text}{path}"
        response = self.api.post(url, params=dict(query or {}), json=body, timeout=timeout)
        self.raise_for_status(response)
        return mapping(response.json()) if response.content.strip() else {}

    def get(self, path: str) -> Any:
        """GET a whole path, version included; the JSON that is answered. Call it in `checked`."""
        response = self.api.get(f"{self.api.base_url}{path}", timeout=self.seconds)
        self.raise_for_status(response)
        return response.json()

    def raise_for_status(self, response: Response) -> None:
        """Raise the SDK's error for an answer that is none of success, for `checked`."""
        try:
            response.raise_for_status()
        except HTTPError as error:
            raise create_api_error_from_http_exception(error) from error

    def close(self) -> None:
        """Let go of every connection. Safe to call twice."""
        self.api.close()
        if self.tunnel is not None:
            self.tunnel.close()


def open_client(endpoint: Endpoint, greeting: Greeting, seconds: float = CALL_SECONDS) -> APIClient:
    """The SDK's client of a unix:// or tcp:// endpoint. Connects to nothing yet.

    Raises what the SDK raises.
    """
    tls: TLSConfig | bool = False
    if endpoint.tls is not None:
        files = endpoint.tls
        pair = (files.cert, files.key) if files.cert and files.key else None
        tls = TLSConfig(client_cert=pair, ca_cert=files.ca, verify=files.verify)
    client = APIClient(
        base_url=endpoint.url, version=greeting.api_text, timeout=ceil(seconds), tls=tls
    )
    if endpoint.scheme == "unix":
        client.mount("http+docker://", UnixAdapter(endpoint, seconds))
    # The sockets that pmap opens itself know no proxy and no .netrc: neither shall these.
    client.trust_env = False
    client.headers.update(dict(endpoint.headers))
    return client
