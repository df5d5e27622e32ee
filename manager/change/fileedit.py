"""A change of one of the user's files that goes along with a change of ports (`--save`).

The seam to the compose room: it reads the file and says what to write; the change writes it in
its transaction, and puts the old content back when the change is rolled back or undone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from manager.model.container import Container
from manager.model.ports import PortMapping


class _Bytes(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )


class FileEdit(_Bytes):
    """Replace the whole content of `path`, which must hold `before` until then.

    None stands for no file: before None makes it, after None removes it. line (from 1) is where
    the entry stands, for people. config_hash is the service's com.docker.compose.config-hash
    after the edit (as `docker compose up` computes it), None where it could not be had; then the
    next `up` recreates it. note is what a person should know.
    """

    path: str
    before: bytes | None
    after: bytes | None
    line: int | None = None
    config_hash: str | None = None
    note: str = ""

    @property
    def place(self) -> str:
        """`FILE:LINE`, or the file alone."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


class FileReturn(_Bytes):
    """How to take a FileEdit back, as the history keeps it: what was changed, and no more.

    written is the SHA-256 of what the edit wrote. From `start` on, `inserted` is there now and
    `removed` was before; made says that there was no file. config_hash is the one before.
    """

    path: str
    written: str
    start: int
    removed: bytes
    inserted: bytes
    made: bool = False
    line: int | None = None
    config_hash: str | None = None

    @classmethod
    def of(cls, edit: FileEdit, config_hash: str | None) -> FileReturn:
        """The way back of an edit; config_hash is what the container had before it."""
        before, after = edit.before or b"", edit.after or b""
        start = _common(before, after)
        end = _common(before[start:][::-1], after[start:][::-1])
        return cls(
            path=edit.path,
            written=hashlib.sha256(after).hexdigest(),
            start=start,
            removed=before[start : len(before) - end],
            inserted=after[start : len(after) - end],
            made=edit.before is None,
            line=edit.line,
            config_hash=config_hash,
        )

    def edit(self, now: bytes | None) -> FileEdit | None:
        """The edit back, None when the file has been changed since."""
        content = now or b""
        if hashlib.sha256(content).hexdigest() != self.written:
            return None
        end = self.start + len(self.inserted)
        back = content[: self.start] + self.removed + content[end:]
        return FileEdit(
            path=self.path,
            before=now,
            after=None if self.made else back,
            line=self.line,
            config_hash=self.config_hash,
        )


def _common(one: bytes, other: bytes) -> int:
    """How many bytes the two begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    shorter = min(len(one), len(other))
    return next((index for index, (a, b) in pairs if a != b), shorter)


PlanSave = Callable[[Container, Sequence[PortMapping], Sequence[PortMapping]], FileEdit | str]
"""(container, before, after) -> the edit of its compose file, or the reason why there is none."""
