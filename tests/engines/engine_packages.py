"""Debian's packages, fetched and unpacked into a private folder.

Nothing is installed and the machine's own apt is not touched: apt-get runs
with lists, caches and sources of its own under the engines folder, and keeps
checking signatures. What is there already is never fetched again.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from engine_layout import BASE_PACKAGES, BASE_SUITE, IMAGE_PACKAGES, Engine, NoEngineError
from engine_sources import Archive, find_archive

IPTABLES = (
    "iptables",
    "iptables-save",
    "iptables-restore",
    "ip6tables",
    "ip6tables-save",
    "ip6tables-restore",
)
#: Found from the wrapper's own place, so that the checkout may be moved.
WRAPPER = """\
#!/bin/sh
root="${{0%/*}}/../root"
lib="$root/usr/lib/{triplet}"
export LD_LIBRARY_PATH="$lib" XTABLES_LIBDIR="$lib/xtables"
exec "$root/usr/sbin/xtables-nft-multi" {name} "$@"
"""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, waiting for whoever holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch(engine: Engine) -> None:
    """See that the engine's packages are unpacked; no network when they are."""
    with locked(engine.dir / f"packages-{engine.version}.lock"):
        if engine.packages.is_dir():
            return
        for tool in ("apt-get", "dpkg", "dpkg-deb"):
            if not shutil.which(tool):
                raise NoEngineError(f"{tool} is missing: the packages come from Debian")
        fresh = engine.packages.with_name(engine.version + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        debs = _download(engine, fresh / "apt", fresh / "debs")
        _unpack(debs, fresh)
        _wrap(fresh)
        (fresh / "versions.json").write_text(json.dumps([deb.stem for deb in debs], indent=1))
        for done_with in ("debs", "apt"):
            shutil.rmtree(fresh / done_with)
        fresh.rename(engine.packages)


def _download(engine: Engine, folder: Path, into: Path) -> list[Path]:
    """Fetch the engine's packages; the files.

    Testing moves on: when no suite has the wanted engine any more, what the
    last one has is taken and said so, for a newer engine tests more than none.
    """
    recipe = engine.recipe
    base = [f"{package}/{BASE_SUITE}" for package in (*BASE_PACKAGES, *IMAGE_PACKAGES)]
    archive = find_archive()
    for suite in recipe.suites:
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True)
        apt = Apt(folder / suite, archive, sorted({BASE_SUITE, suite}))
        apt.download([f"{package}/{suite}" for package in recipe.of_suite] + base, into)
        names = [deb.name for deb in into.iterdir()]
        if has_version(names, "docker.io", recipe.wanted):
            break
    else:
        print(f"Debian has no docker.io {recipe.wanted} any more: a newer one", file=sys.stderr)
    return sorted(into.iterdir(), key=lambda deb: -deb.stat().st_size)


def has_version(names: Iterable[str], package: str, wanted: str) -> bool:
    """Whether a package file of these names is of the version `wanted` or one below it."""
    pattern = re.compile(rf"{re.escape(package)}_(\d+%3a)?{re.escape(wanted)}(?!\d)")
    return any(pattern.match(name) for name in names)


class Apt:
    """apt-get with sources, lists and cache in a folder of its own."""

    def __init__(self, folder: Path, archive: Archive, suites: Sequence[str]) -> None:
        self.options = [
            f"-oDir::Etc::sourcelist={folder}/sources.list",
            "-oDir::Etc::sourceparts=/dev/null",
            f"-oDir::State::lists={folder}/lists",
            f"-oDir::Cache={folder}/cache",
            "-oAPT::Sandbox::User=root",
            "-oAPT::Update::Error-Mode=any",
            "-oAcquire::Languages=none",
            "-oAcquire::Retries=1",
            "-oAcquire::http::Timeout=15",
            "-oAcquire::https::Timeout=15",
            "-qq",
        ]
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        lines = [f"{archive.line(suite)}\n" for suite in suites]
        (folder / "sources.list").write_text("".join(lines))

    def download(self, packages: Sequence[str], into: Path) -> None:
        """Fetch `package/suite` each, as the archive has them now."""
        self._run(["update"], into)
        self._run(["download", *packages], into)

    def _run(self, arguments: Sequence[str], folder: Path) -> None:
        command = ["apt-get", *self.options, *arguments]
        plain = os.environ | {"LC_ALL": "C"}
        done = subprocess.run(
            command, cwd=folder, env=plain, check=False, capture_output=True, text=True
        )
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("E:")]
            reason = (said or done.stderr.splitlines() or ["no reason given"])[0]
            raise NoEngineError(f"apt-get cannot fetch Debian's packages: {reason}")


def _unpack(debs: Iterable[Path], folder: Path) -> None:
    """Unpack the daemon's packages into root, the images' into image."""

    def one(deb: Path) -> None:
        package = deb.name.partition("_")[0]
        target = folder / ("image" if package in IMAGE_PACKAGES else "root")
        subprocess.run(["dpkg", "-x", deb, target], check=True, capture_output=True)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(one, debs))


def _wrap(folder: Path) -> None:
    """Make `bin`: an iptables that runs anywhere, and docker-init."""
    tools = folder / "bin"
    tools.mkdir()
    triplet = next((folder / "root/usr/lib").glob("*-linux-gnu*")).name
    for name in IPTABLES:
        wrapper = tools / name
        wrapper.write_text(WRAPPER.format(triplet=triplet, name=name))
        wrapper.chmod(0o755)
    for name in ("tini-static", "tini"):
        if (folder / "root/usr/bin" / name).exists():
            (tools / "docker-init").symlink_to(f"../root/usr/bin/{name}")
            break
