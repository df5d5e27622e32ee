"""A change of one of the user's files that goes along with a change of ports (`--save`).

The seam to the compose room: it reads the file and says what to write; the change writes it in
its transaction, and puts the old content back when the change is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from manager.model.container import Container
from manager.model.ports import PortMapping


class FileEdit(BaseModel):
    """Replace the whole content of `path`, which must hold `before` until then.

    before None: there is no such file yet. line (from 1) is where the entry stands, for people.
    config_hash is the service's com.docker.compose.config-hash after the edit (`docker compose
    config --hash SERVICE`), None where it could not be had; then the next `up` recreates it.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )

    path: str
    before: bytes | None
    after: bytes
    line: int | None = None
    config_hash: str | None = None
    note: str = ""

    @property
    def place(self) -> str:
        """`FILE:LINE`, or the file alone."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


PlanSave = Callable[[Container, Sequence[PortMapping], Sequence[PortMapping]], FileEdit | str]
"""(container, before, after) -> the edit of its compose file, or the reason why there is none."""
