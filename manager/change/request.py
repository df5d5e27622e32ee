"""What a person asks for. Validated by pydantic before anything is looked at or touched."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from manager.change.fileedit import FileReturn
from manager.model.portspec import PortSpec
from manager.model.swarm import PublishMode


class SaveChoice(StrEnum):
    """Where a compose container's change is written too: nowhere, its file, its override."""

    NO = "no"
    FILE = "file"
    OVERRIDE = "override"


class LayerChoice(StrEnum):
    """What becomes of files in the writable layer, outside volumes."""

    ASK = "ask"
    KEEP = "keep"
    DISCARD = "discard"


class _Request(BaseModel, frozen=True, extra="forbid"):
    container: Annotated[str, Field(min_length=1, max_length=300)]
    expose: bool = False
    """Agree to addresses that are not loopback."""
    save: SaveChoice = SaveChoice.NO
    layer: LayerChoice = LayerChoice.ASK
    keep_logs: bool = False
    """Write the replaced containers' logs to files before they are removed."""
    auto_remove: bool = False
    """Agree to change a `--rm` container, whose old self cannot be kept for the way back."""


class Publish(_Request):
    """Add mappings to a container."""

    kind: Literal["publish"] = "publish"
    specs: Annotated[tuple[PortSpec, ...], Field(min_length=1)]


class Unpublish(_Request):
    """Take mappings away. A SPEC names one mapping by the parts given, a range all that fit."""

    kind: Literal["unpublish"] = "unpublish"
    specs: Annotated[tuple[PortSpec, ...], Field(min_length=1)]


class Move(_Request):
    """Give one mapping another host side; the container port stays unless the target names one."""

    kind: Literal["move"] = "move"
    source: PortSpec
    target: PortSpec


class Loopback(_Request):
    """Bind every mapping that is open wider than loopback to 127.0.0.1."""

    kind: Literal["loopback"] = "loopback"


class Restore(_Request):
    """Set the mappings of an earlier time again: the request behind `undo`."""

    kind: Literal["restore"] = "restore"
    of: str
    """The id of the change that is turned round."""
    mappings: tuple[str, ...]
    """Engine API bindings as `HOST_IP|HOST_PORT|CONTAINER_PORT/PROTOCOL`, empty parts allowed."""
    expected: tuple[str, ...] | None = None
    """The mappings that must stand now, in the same words; None does not ask."""
    file: FileReturn | None = None
    """The file that was changed too, and how to take that back."""
    modes: tuple[PublishMode, ...] = ()
    """Of a swarm service: how each of the mappings reaches its tasks."""


ChangeRequest = Annotated[
    Publish | Unpublish | Move | Loopback | Restore, Field(discriminator="kind")
]
