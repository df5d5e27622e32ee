"""What files are read with: their variables, their folder, and the way that led to them."""

from __future__ import annotations

from collections.abc import Mapping

from manager.compose.text import Place
from manager.compose.values import OriginKind
from manager.model.value import NamedTuple


class Job(NamedTuple):
    """Files that are merged: what they are read with.

    folder: what paths in them are relative to. working_dir: what compose takes for that folder
    in an include's env_file and project_directory; relative to `start`, the project's folder,
    where it is not absolute. chain: the files that include each other down to here.
    """

    environment: Mapping[str, str]
    folder: str
    start: str
    working_dir: str
    kind: OriginKind = OriginKind.BASE
    via: tuple[Place, ...] = ()
    chain: tuple[str, ...] = ()
    extended: bool = False
