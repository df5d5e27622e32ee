"""Files of the user where there may be none: None stands for no file."""

from __future__ import annotations

from manager.errors import InvalidInput
from manager.interfaces import Files


def content(files: Files, path: str) -> bytes | None:
    """What the file holds; None when it cannot be read, mostly because there is none."""
    try:
        return files.read(path)
    except InvalidInput:
        return None


def put(files: Files, path: str, *, now: bytes | None, wanted: bytes | None) -> None:
    """Make the file hold `wanted`, if it still holds `now`. Raises InvalidInput.

    Nothing is done where both are the same.
    """
    if wanted == now:
        return
    if now is None and content(files, path) is not None:
        raise InvalidInput(f"{path}: made by someone else meanwhile", hint="run it again")
    if wanted is not None:
        files.write(path, wanted, expected=now)
    elif now is not None:
        files.remove(path, expected=now)
