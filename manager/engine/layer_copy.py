"""Copy parts of one container's writable layer into another container, as tar streams.

Owner, mode, times, links and extended attributes go along: the entries pass through unread.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, cast

from manager.engine.layer import ADDED, DELETED, MODIFIED, parents
from manager.engine.link import Link
from manager.errors import EngineError


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
    with TemporaryFile() as spool:
        with tarfile.open(fileobj=spool, mode="w", format=tarfile.PAX_FORMAT) as archive:
            done: set[str] = set()
            for path in sorted(paths):
                for folder in reversed(parents(path)):
                    if kinds.get(folder) in {ADDED, MODIFIED} and folder not in done:
                        done.add(folder)
                        _add(link, source_id, folder, archive, alone=True)
                if path not in done:
                    done.add(path)
                    _add(link, source_id, path, archive, alone=kinds.get(path) == MODIFIED)
        spool.seek(0)
        with link.checked() as api:
            api.put_archive(target_id, "/", spool)


def _add(
    link: Link, container_id: str, path: str, archive: tarfile.TarFile, *, alone: bool
) -> None:
    """Add a path of a container to the archive; `alone` leaves out what a folder holds."""
    folder = str(PurePosixPath(path).parent).strip("/")
    with (
        link.checked(),
        _archive_of(link, container_id, path) as stream,
        tarfile.open(fileobj=stream, mode="r|") as answer,
    ):
        for member in answer:
            _move(member, folder)
            archive.addfile(member, answer.extractfile(member) if member.isreg() else None)
            if alone and member.isdir():
                return


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
