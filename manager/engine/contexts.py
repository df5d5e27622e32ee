"""The docker CLI's own files: config.json, stored contexts, TLS material. Read, never written.

Layout (docker CLI): contexts/meta/<sha256 of the name>/meta.json and
contexts/tls/<sha256>/docker/{ca,cert,key}.pem below DOCKER_CONFIG or ~/.docker.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manager.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files, None where there is none; verify False accepts any server."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    verify: bool = True

    @classmethod
    def inside(cls, folder: Path, *, verify: bool) -> TlsFiles | None:
        """The files of a folder under their usual names; None when none is there."""
        found = {name: folder / f"{name}.pem" for name in ("ca", "cert", "key")}
        # A file that may not be looked at counts as there: opening it says why.
        there = {name: str(path) for name, path in found.items() if os.path.lexists(path)}
        return cls(**there, verify=verify) if there else None


@dataclass(frozen=True, slots=True)
class StoredContext:
    """A stored context's docker endpoint. host may be empty: the default socket."""

    host: str
    tls: TlsFiles | None


@dataclass(frozen=True, slots=True)
class ContextStore:
    """The folder that DOCKER_CONFIG names, or ~/.docker."""

    folder: Path

    @classmethod
    def of(cls, env: Mapping[str, str]) -> ContextStore:
        """The store that this environment uses."""
        named = env.get("DOCKER_CONFIG")
        return cls(Path(named) if named else Path(env.get("HOME") or "/") / ".docker")

    def current(self) -> str | None:
        """The name of the current context, None where none is set. Raises InvalidInput."""
        config = _read_json(self.folder / "config.json") or {}
        name = config.get("currentContext")
        return name if isinstance(name, str) and name else None

    def headers(self) -> tuple[tuple[str, str], ...]:
        """HttpHeaders of config.json, which the docker CLI sends with each request."""
        try:
            wanted = _mapping((_read_json(self.folder / "config.json") or {}).get("HttpHeaders"))
        except InvalidInput:
            # With -H nothing else of this file matters, and the CLI goes on without it too.
            return ()
        lines = ((str(name), str(value)) for name, value in wanted.items())
        return tuple(line for line in lines if "".join(line).isprintable())

    def read(self, name: str) -> StoredContext:
        """A stored context. Raises InvalidInput when it is not there or cannot be read."""
        digest = hashlib.sha256(name.encode()).hexdigest()
        meta = _read_json(self.folder / "contexts" / "meta" / digest / "meta.json")
        if meta is None:
            raise InvalidInput(
                f"there is no docker context {name!r}", hint=f"known are {', '.join(self.names())}"
            )
        docker = _mapping(_mapping(meta.get("Endpoints")).get("docker"))
        tls = TlsFiles.inside(
            self.folder / "contexts" / "tls" / digest / "docker",
            verify=not docker.get("SkipTLSVerify"),
        )
        if tls is None and docker.get("SkipTLSVerify"):
            tls = TlsFiles(verify=False)
        return StoredContext(str(docker.get("Host") or ""), tls)

    def tls_of(self, env: Mapping[str, str]) -> TlsFiles | None:
        """What DOCKER_TLS, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH ask for; None for plain."""
        verify = bool(env.get("DOCKER_TLS_VERIFY"))
        if not verify and not env.get("DOCKER_TLS"):
            return None
        folder = Path(env.get("DOCKER_CERT_PATH") or self.folder)
        return TlsFiles.inside(folder, verify=verify) or TlsFiles(verify=verify)

    def names(self) -> tuple[str, ...]:
        """Every context: "default", then the stored ones by name. Unreadable ones are left out."""
        found = []
        for path in self.folder.glob("contexts/meta/*/meta.json"):
            try:
                name = (_read_json(path) or {}).get("Name")
            except InvalidInput:
                continue
            if isinstance(name, str) and name:
                found.append(name)
        return ("default", *sorted(found))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _read_json(path: Path) -> Mapping[str, Any] | None:
    """The object in a file, None when there is no file. Raises InvalidInput."""
    hint = "name the engine with -H, as in -H unix:///var/run/docker.sock"
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}", hint=hint) from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is not JSON: {error}", hint=hint) from None
    return _mapping(content)
