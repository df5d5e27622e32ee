"""Copy parts of one container's writable layer into another container, as tar streams.

Owner, mode, times, links and extended attributes go along: the entries pass through unread.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, cast

from manager.engine.layer import ADDED, DELETED, MODIFIED, parents
from manager.engine.link import Link
from manager.errors import EngineError

UNTOLD = "\N{REPLACEMENT CHARACTER}"
"""What stands for each byte that is no UTF-8 in the engine's answers: they are JSON."""

_BYTE = re.compile("[\udc80-\udcff]")
"""Such a byte, as tarfile reads it."""

_Entry = tuple[tarfile.TarInfo, IO[bytes] | None]


def copy_paths(
    link: Link, source_id: str, target_id: str, paths: Sequence[str], kinds: Mapping[str, str]
) -> None:
    """Copy `paths` of one container into another. kinds is what the source's layer tells.

    A folder that is only modified is copied without what is in it; so are the changed and new
    folders above each path, for their owner and mode. Raises EngineError; what was deleted
    cannot be copied, and nothing is then.
    """
    deleted = [path for path in paths if kinds.get(path) == DELETED]
    if deleted:
        raise EngineError(f"{deleted[0]} was deleted from the image, which no copy can repeat")
    wanted: dict[str, bool] = {}
    for path in sorted(paths):
        for folder in reversed(parents(path)):
            if kinds.get(folder) in {ADDED, MODIFIED}:
                wanted.setdefault(folder, True)
        wanted.setdefault(path, kinds.get(path) == MODIFIED)
    with TemporaryFile() as spool:
        with tarfile.open(
            fileobj=spool, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8"
        ) as archive:
            for path, alone in wanted.items():
                if UNTOLD not in path:
                    _add(link, source_id, path, archive, alone=alone)
            for folder in {_askable(path): None for path in wanted if UNTOLD in path}:
                _add_untold(link, source_id, folder, archive, wanted)
        spool.seek(0)
        with link.checked() as api:
            api.put_archive(target_id, "/", spool)


def _add(
    link: Link, container_id: str, path: str, archive: tarfile.TarFile, *, alone: bool
) -> None:
    """Add a path of a container to the archive; `alone` leaves out what a folder holds."""
    with _entries(link, container_id, path) as entries:
        for member, content in entries:
            archive.addfile(member, content)
            if alone and member.isdir():
                return


def _add_untold(
    link: Link,
    container_id: str,
    folder: str,
    archive: tarfile.TarFile,
    wanted: Mapping[str, bool],
) -> None:
    """Add what the engine tells of as one of `wanted`, with names that are no UTF-8.

    They can be told by no engine, nor asked for at one: they are looked for in their folder. wanted
    says of each whether it is taken alone.
    """
    with _entries(link, container_id, folder) as entries:
        for member, content in entries:
            told = str(PurePosixPath("/", _BYTE.sub(UNTOLD, member.name)))
            if UNTOLD in told and (
                told in wanted or any(wanted.get(above) is False for above in parents(told))
            ):
                archive.addfile(member, content)


def _askable(path: str) -> str:
    """The nearest folder above a path whose name was told unharmed."""
    while UNTOLD in path:
        path = str(PurePosixPath(path).parent)
    return path


@contextmanager
def _entries(link: Link, container_id: str, path: str) -> Iterator[Iterator[_Entry]]:
    """A path of a container and what is below it, named from the root, with the content."""
    folder = str(PurePosixPath(path).parent).strip("/")
    with (
        link.checked(),
        _archive_of(link, container_id, path) as stream,
        tarfile.open(fileobj=stream, mode="r|", encoding="utf-8") as answer,
    ):
        yield (_entry(member, folder, answer) for member in answer)


def _entry(member: tarfile.TarInfo, folder: str, answer: tarfile.TarFile) -> _Entry:
    _move(member, folder)
    return member, answer.extractfile(member) if member.isreg() else None


def _move(member: tarfile.TarInfo, folder: str) -> None:
    """Name an entry from the root, where GET /archive names it from the asked path's folder."""
    for attribute, pax in (("name", "path"), ("linkname", "linkpath")):
        if attribute == "linkname" and not member.islnk():
            # A symbolic link's target is text, and stays as it is.
            continue
        setattr(member, attribute, f"{folder}/{getattr(member, attribute)}".lstrip("/"))
        # The old name would win over the new one when the entry is written.
        member.pax_headers = {k: v for k, v in member.pax_headers.items() if k != pax}


@contextmanager
def _archive_of(link: Link, container_id: str, path: str) -> Iterator[IO[bytes]]:
    """GET /containers/X/archive as a stream; what is not read of it is never sent."""
    url = f"{link.api.base_url}/v{link.greeting.api_text}/containers/{container_id}/archive"
    headers = {"Accept-Encoding": "identity"}
    with link.api.get(
        url, params={"path": path}, headers=headers, stream=True, timeout=link.api.timeout
    ) as response:
        link.raise_for_status(response)
        try:
            yield cast("IO[bytes]", response.raw)
        except tarfile.TarError as error:
            raise EngineError(f"the archive of {path} was cut off: {error}") from error
