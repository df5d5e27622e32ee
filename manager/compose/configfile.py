"""Find the configuration that governs a folder: the nearest pmap.toml or `[tool.pmap]` above it.

One file governs; nothing is merged. The search ends at the root of a git checkout, so that a
stray file in a home folder changes no repository.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from manager.compose.config import Config, read_config
from manager.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_OWN = "pmap.toml"
_PYPROJECT = "pyproject.toml"


class ConfigFinder:
    """Finds and keeps the configuration of folders; `given` governs all of them when set."""

    def __init__(self, given: str | None = None) -> None:
        self._known: dict[str, Config] = {}
        self._given = load_config(given) if given is not None else None

    def of(self, folder: str) -> Config:
        """The settings that govern `folder`; the defaults where no file does.

        Raises InvalidInput when the file that does cannot be read or says what is not known.
        """
        if self._given is not None:
            return self._given
        folder = os.path.abspath(folder)
        passed: list[str] = []
        while folder not in self._known:
            passed.append(folder)
            config = _in_folder(folder)
            parent = os.path.dirname(folder)
            if config is None and (parent == folder or os.path.exists(f"{folder}/.git")):
                config = Config()
            if config is not None:
                self._known[folder] = config
                break
            folder = parent
        for child in passed:
            self._known[child] = self._known[folder]
        return self._known[folder]


def load_config(path: str) -> Config:
    """The settings of one file, whatever its name. Raises InvalidInput."""
    table = _tables(path)
    if os.path.basename(path) == _PYPROJECT:
        table = _section(table, path) or {}
    return read_config(table, path)


def _in_folder(folder: str) -> Config | None:
    own = os.path.join(folder, _OWN)
    if os.path.isfile(own):
        return load_config(own)
    path = os.path.join(folder, _PYPROJECT)
    if not os.path.isfile(path):
        return None
    section = _section(_tables(path), path)
    return None if section is None else read_config(section, path)


def _section(document: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    tool = document.get("tool")
    section = tool.get("pmap") if isinstance(tool, dict) else None
    if section is not None and not isinstance(section, dict):
        raise InvalidInput(f"{path}: tool.pmap is not a table", hint="write [tool.pmap]")
    return section


def _tables(path: str) -> Mapping[str, Any]:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise InvalidInput(
            f"{path}: cannot be read: {error.strerror}",
            hint="settings stand in pmap.toml, or under [tool.pmap] in pyproject.toml",
        ) from None
    if os.path.basename(path) == _PYPROJECT and b"pmap" not in content:
        return {}
    import tomllib  # noqa: PLC0415 -- most projects have no configuration to read

    try:
        return tomllib.loads(content.decode())
    except ValueError as error:
        raise InvalidInput(f"{path}: not TOML: {error}", hint='as in: ignore = ["PM304"]') from None
