"""Where Debian's packages come from: read in the machine's own apt sources.

No host is written down here: the machine's sources already name the mirror or
proxy that it can reach.
"""

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine_layout import NoEngineError

#: Names a Debian archive on machines whose own sources have none.
ARCHIVE_VARIABLE = "PMAP_DEBIAN_ARCHIVE"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ONE_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)")


@dataclass(frozen=True, slots=True)
class Archive:
    """A Debian archive's address, and the keyring that vouches for it, if any is named."""

    uri: str
    signed_by: str | None = None

    def line(self, suite: str) -> str:
        """The sources line for one suite."""
        option = f"[signed-by={self.signed_by}] " if self.signed_by else ""
        return f"deb {option}{self.uri} {suite} main"


def find_archive() -> Archive:
    """The archive that this machine's sources name; raise NoEngineError without one."""
    keyring = str(KEYRING) if KEYRING.exists() else None
    named = os.environ.get(ARCHIVE_VARIABLE)
    if named:
        return Archive(named, keyring)
    release = platform.freedesktop_os_release()
    if release.get("ID") != "debian":
        here = release.get("PRETTY_NAME", "another system")
        raise NoEngineError(
            f"this is {here}, not Debian; {ARCHIVE_VARIABLE} may name a Debian archive"
        )
    folder = Path("/etc/apt")
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    texts = [
        path.read_text()
        for path in files
        if path.suffix in (".list", ".sources") and path.is_file()
    ]
    found = archive_in(texts, release.get("VERSION_CODENAME", "sid"))
    if not found:
        raise NoEngineError("apt's sources name no Debian archive")
    return Archive(found.uri, keyring or found.signed_by)


def archive_in(texts: Iterable[str], codename: str) -> Archive | None:
    """The archive of the suite `codename` in the sources' texts, of either format."""
    for text in texts:
        for stanza in re.split(r"\n\s*\n", text):
            archive = _of_stanza(stanza, codename) or _of_lines(stanza, codename)
            if archive:
                return archive
    return None


def _of_stanza(stanza: str, codename: str) -> Archive | None:
    lines = [line for line in stanza.splitlines() if not line.startswith("#")]
    fields = {
        name.strip().lower(): value.strip()
        for name, colon, value in (line.partition(":") for line in lines)
        if colon and not name.startswith((" ", "\t"))
    }
    if fields.get("enabled", "yes") == "no" or "deb" not in fields.get("types", "").split():
        return None
    uris = fields.get("uris", "").split()
    if not uris or codename not in fields.get("suites", "").split():
        return None
    signed = fields.get("signed-by", "")
    return Archive(uris[0], signed if signed.startswith("/") else None)


def _of_lines(stanza: str, codename: str) -> Archive | None:
    for line in stanza.splitlines():
        match = ONE_LINE.match(line.strip())
        if match and match["suite"] == codename:
            signed = re.search(r"signed-by=(/\S+)", match["options"] or "")
            return Archive(match["uri"], signed[1] if signed else None)
    return None
