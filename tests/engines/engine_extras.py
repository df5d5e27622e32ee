"""More of Debian's packages for single tests: an ssh server, Podman, a rootless engine.

Fetched and unpacked as the engines' own are (engine_packages), once for an engines folder.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from engine_layout import BASE_SUITE
from engine_packages import Apt, locked
from engine_sources import find_archive


@dataclass(frozen=True, slots=True)
class Extras:
    """Unpacked packages: `root` is their file system."""

    root: Path

    def program(self, name: str) -> Path:
        """A program of theirs by its name."""
        folders = ("usr/bin", "usr/sbin", "bin", "sbin", "usr/libexec/podman", "usr/lib/podman")
        return next(path for folder in folders if (path := self.root / folder / name).exists())

    @property
    def libraries(self) -> str:
        """The value for LD_LIBRARY_PATH."""
        places = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*")
        return ":".join(str(path) for place in places for path in sorted(self.root.glob(place)))

    @property
    def environment(self) -> Mapping[str, str]:
        """A bare environment in which their programs find each other."""
        folders = [self.root / name for name in ("usr/sbin", "usr/bin", "sbin", "bin")]
        path = ":".join([*map(str, folders), "/usr/sbin", "/usr/bin", "/sbin", "/bin"])
        return {"PATH": path, "LD_LIBRARY_PATH": self.libraries, "HOME": "/root"}


def fetch_extras(
    engines: Path, name: str, packages: Sequence[str], suite: str = BASE_SUITE
) -> Extras:
    """See that packages of a suite are unpacked under `name`. Raises NoEngineError."""
    home = engines / "packages" / name
    with locked(engines / f"packages-{name}.lock"):
        if not home.is_dir():
            _fetch(home, packages, suite)
    return Extras(home / "root")


def _fetch(home: Path, packages: Sequence[str], suite: str) -> None:
    fresh = home.with_name(home.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    debs, root = fresh / "debs", fresh / "root"
    debs.mkdir(parents=True)
    apt = Apt(fresh / "apt", find_archive(), [suite])
    apt.download([f"{package}/{suite}" for package in packages], debs)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda deb: _unpack(deb, root), sorted(debs.iterdir())))
    for done_with in ("debs", "apt"):
        shutil.rmtree(fresh / done_with)
    fresh.rename(home)


def _unpack(deb: Path, root: Path) -> None:
    subprocess.run(["dpkg", "-x", deb, root], check=True, capture_output=True)
