"""What a person may set for themselves: $XDG_CONFIG_HOME/pmap/config.toml.

What a repository sets for `pmap check` (pyproject.toml, pmap.toml) is read by manager.compose.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from manager.errors import InvalidInput
from manager.model.ports import IPAddress, PortRange, parse_ip


def _ip(value: object) -> object:
    return parse_ip(value) if isinstance(value, str) else value


def _range(value: object) -> object:
    if isinstance(value, int):
        return PortRange.of(value)
    return PortRange.parse(value) if isinstance(value, str) else value


Address = Annotated[IPAddress, BeforeValidator(_ip)]
Ports = Annotated[PortRange, BeforeValidator(_range)]


class ScreenSettings(BaseModel, frozen=True, extra="forbid", use_attribute_docstrings=True):
    """How the screen looks and listens."""

    theme: str = ""
    """A Textual theme's name; empty takes pmap's own."""
    ascii: bool = False
    """Borders and marks from ASCII alone."""
    animation: bool = True
    """Off for screen readers and slow lines."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Other keys for actions: action name to key, as `pmap config` lists them."""


class Reservation(BaseModel, frozen=True, extra="forbid", use_attribute_docstrings=True):
    """Host ports that pmap must not hand out."""

    ports: Ports
    """One port, or a range as text: "5000-5010"."""
    reason: str = "set aside in the configuration"
    """What is said to whoever asks for one of them."""


class Settings(BaseModel, frozen=True, extra="forbid", use_attribute_docstrings=True):
    """All of it. Every field has a default: no file is needed."""

    host_ip: Address = Field(default_factory=lambda: parse_ip("127.0.0.1"))
    """Where `publish` binds when the SPEC names no address."""
    reserved: tuple[Reservation, ...] = ()
    """Host ports that nothing is published on."""
    stop_timeout: Annotated[int, Field(ge=0, le=3600)] | None = None
    """Seconds that a container gets to stop; None takes its own setting, or 10."""
    keep_logs: bool = False
    """Whether the logs of a container that is replaced are always kept in a file."""
    verify: Literal["connect", "bound"] = "connect"
    """How far a change is verified: to a connect, or to the engine's word."""
    screen: ScreenSettings = ScreenSettings()
    """How the screen looks and listens."""

    @property
    def reserved_ports(self) -> dict[int, str]:
        """Every reserved host port with the reason."""
        return {
            port: entry.reason
            for entry in self.reserved
            for port in range(entry.ports.start, entry.ports.end + 1)
        }


def load_settings(path: Path) -> Settings:
    """The settings in `path`, or the defaults where there is no file. Raises InvalidInput."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}: cannot be read: {error}") from None
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path}: not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"{path}: {where}: {first['msg']}", hint="pmap config lists what can be set"
        ) from None
