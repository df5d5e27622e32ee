"""The test images: made here from busybox, for no image registry is reachable.

All but one are the same 2 MB layer with another command. Each image carries a
hash of what it is made of, so that only a changed one is imported again.
Their names begin with pmap/: no public name is ever shadowed.
"""

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine_http import Api, ApiError
from engine_layout import Engine, EngineError

RECIPE_LABEL = "pmap.recipe"

# Process 1 has no default signal handlers: without the traps every stop would
# wait its full ten seconds. `wait` is what a trap can interrupt.
SERVE_WEB = """\
#!/bin/sh
# LISTEN may be a port or ADDRESS:PORT; on 127.0.0.1 nobody outside can reach it.
trap 'kill "$server"; exit 0' TERM INT
httpd -f -p "${LISTEN:-80}" -h /www &
server=$!
wait "$server"
"""
SERVE_MULTI = """\
#!/bin/sh
trap 'kill "$web" "$admin"; exit 0' TERM INT
httpd -f -p 80 -h /www &
web=$!
httpd -f -p 8080 -h /admin &
admin=$!
wait "$web" "$admin"
"""
SERVE_DB = """\
#!/bin/sh
trap 'kill "$server"; exit 0' TERM INT
nc -ll -p 5432 -e /bin/answer-db &
server=$!
wait "$server"
"""
ANSWER_DB = """\
#!/bin/sh
# As a database does: speak first, then keep the connection.
echo 'pmap/db: ready'
exec cat
"""
SERVE_STUBBORN = """\
#!/bin/sh
trap '' TERM INT
exec httpd -f -p 80 -h /www
"""
CRASH = """\
#!/bin/sh
echo 'pmap/crash: ends at once, with 1' >&2
exit 1
"""
SERVE_UDP = """\
#!/usr/bin/perl
# Echo each datagram. 2 is AF_INET and SOCK_DGRAM, 17 is UDP.
$SIG{TERM} = $SIG{INT} = sub { exit 0 };
socket(my $socket, 2, 2, 17) or die "socket: $!";
bind($socket, pack("S n a4 x8", 2, 53, "\\0" x 4)) or die "bind: $!";
while (1) {
    my $from = recv($socket, my $data, 65535, 0);
    send($socket, $data, 0, $from) if defined $from;
}
"""
PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:1.5rem system-ui;display:grid;place-items:center;height:90vh}}</style>
<h1>{title}</h1></html>
"""
FILES = {
    "bin/serve-web": SERVE_WEB,
    "bin/serve-multi": SERVE_MULTI,
    "bin/serve-db": SERVE_DB,
    "bin/answer-db": ANSWER_DB,
    "bin/serve-stubborn": SERVE_STUBBORN,
    "bin/serve-udp": SERVE_UDP,
    "bin/crash": CRASH,
    "www/index.html": PAGE.format(title="pmap: it works"),
    "admin/index.html": PAGE.format(title="pmap: the second port works"),
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
}


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its name, its Dockerfile lines, and whether it needs perl."""

    name: str
    changes: tuple[str, ...]
    perl: bool = False


IMAGES = (
    Image("pmap/web", ("EXPOSE 80", 'CMD ["/bin/serve-web"]')),
    Image("pmap/db", ("EXPOSE 5432", 'VOLUME ["/var/lib/data"]', 'CMD ["/bin/serve-db"]')),
    Image("pmap/udp", ("EXPOSE 53/udp", 'CMD ["/bin/serve-udp"]'), perl=True),
    Image("pmap/multi", ("EXPOSE 80", "EXPOSE 8080", 'CMD ["/bin/serve-multi"]')),
    Image("pmap/stubborn", ("EXPOSE 80", 'CMD ["/bin/serve-stubborn"]')),
    Image("pmap/crash", ('CMD ["/bin/crash"]',)),
)


def busybox(engine: Engine) -> Path:
    """The static busybox among the engine's packages."""
    folder = engine.packages / "image"
    found = (folder / place for place in ("bin/busybox", "usr/bin/busybox"))
    return next(path for path in found if path.is_file())


def load(engine: Engine, *, again: bool = False, into: Path | None = None) -> list[str]:
    """Import the images that are missing or out of date, or all; say which.

    `into` is the socket of another engine that gets them; the packages are still `engine`'s.
    """
    api = Api(into or engine.socket)
    present = {
        tag: (image["Id"], (image.get("Labels") or {}).get(RECIPE_LABEL))
        for image in api.get("/images/json")
        for tag in image.get("RepoTags") or ()
    }
    packages = engine.packages
    versions = (packages / "versions.json").read_text()
    loaded = []
    for image in IMAGES:
        recipe = hashlib.sha256(repr((image, FILES, versions)).encode()).hexdigest()[:16]
        old, label = present.get(f"{image.name}:latest", (None, None))
        if label == recipe and not again:
            continue
        _import(api, image, recipe, _layer(packages / "image", busybox(engine), image.perl))
        loaded.append(image.name)
        if old:  # the name has moved on: without one the old image is only in the way
            api.call("DELETE", f"/images/{old}", accept=(404, 409))
    return loaded


def _import(api: Api, image: Image, recipe: str, layer: bytes) -> None:
    changes: Sequence[str] = [*image.changes, f"LABEL {RECIPE_LABEL}={recipe}"]
    query = {"fromSrc": "-", "repo": image.name, "tag": "latest", "changes": changes}
    reply = api.call("POST", "/images/create", query, layer)
    if b'"error"' in reply.body:
        raise EngineError(f"{image.name} cannot be imported: {reply.body.decode()}")
    try:
        api.get(f"/images/{image.name}/json")
    except ApiError as error:
        raise EngineError(f"{image.name} was imported and is not there: {error}") from error


@cache
def _layer(folder: Path, shell: Path, perl: bool) -> bytes:
    """The file system as a tar: the same bytes every time, so that engines share the layer."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for name in ("bin", "etc", "tmp", "root", "www", "admin", "var/lib/data", "proc", "sys"):
            _add(tar, name, kind=tarfile.DIRTYPE, mode=0o1777 if name == "tmp" else 0o755)
        _add(tar, "bin/busybox", shell.read_bytes())
        listed = subprocess.run([shell, "--list"], check=True, capture_output=True, text=True)
        for applet in sorted(set(listed.stdout.split()) - {"busybox"}):
            _add(tar, f"bin/{applet}", kind=tarfile.SYMTYPE, link="busybox")
        for name, text in FILES.items():
            _add(tar, name, text.encode(), mode=0o755 if name.startswith("bin/") else 0o644)
        if perl:
            _add_perl(tar, folder)
    return content.getvalue()


def _add_perl(tar: tarfile.TarFile, folder: Path) -> None:
    """Add perl and the four libraries it needs, at the places its loader looks."""
    _add(tar, "usr/bin/perl", (folder / "usr/bin/perl").read_bytes())
    wanted = ("ld-linux-*.so.*", "libc.so.6", "libm.so.6", "libcrypt.so.1")
    for pattern in wanted:
        for place in sorted(folder.glob(f"**/{pattern}")):
            name = str(place.relative_to(folder))
            if not place.is_symlink():
                _add(tar, name, place.read_bytes())
            elif place.exists():
                _add(tar, name, place.resolve().read_bytes())
            else:  # an absolute link, as the loader's: the library is beside the others
                real = next(folder.glob(f"**/{Path(place.readlink()).name}"))
                _add(tar, name, real.read_bytes())


def _add(
    tar: tarfile.TarFile,
    name: str,
    content: bytes = b"",
    *,
    kind: bytes = tarfile.REGTYPE,
    mode: int = 0o755,
    link: str = "",
) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.linkname, entry.size = kind, mode, link, len(content)
    tar.addfile(entry, io.BytesIO(content))
