"""Podman behind its Docker-compatible API, from Debian, in namespaces of its own.

Nothing of the machine's is read or written: settings, storage and state are in folders of its own,
its mounts in a mount namespace that ends with it, its ports in a network namespace.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import engine_images
from engine_extras import Extras, fetch_extras
from engine_http import Api
from engine_layout import NETNS_ROOT, RUN_ROOT, EngineError, NoEngineError, engine_named
from engine_packages import fetch, locked
from engine_process import CGROUPS, namespace_lives, wait_until

PACKAGES = (
    "podman",
    "aardvark-dns",
    "catatonit",
    "conmon",
    "golang-github-containers-common",
    "golang-github-containers-image",
    "libassuan0",
    "libcap2",
    "libdevmapper1.02.1",
    "libgcc-s1",
    "libgcrypt20",
    "libglib2.0-0",
    "libgpg-error0",
    "libgpgme11",
    "liblz4-1",
    "liblzma5",
    "libpcre2-8-0",
    "libseccomp2",
    "libselinux1",
    "libsubid4",
    "libsystemd0",
    "libudev1",
    "libzstd1",
    "netavark",
)
SETTINGS = """\
[engine]
runtime = "runc"
conmon_path = ["{home}/bin/conmon"]
helper_binaries_dir = ["{root}/usr/lib/podman", "{root}/usr/libexec/podman"]
cgroup_manager = "cgroupfs"
events_logger = "file"
init_path = "{root}/usr/libexec/podman/catatonit"
tmp_dir = "{run}/tmp"
[engine.runtimes]
runc = ["{home}/bin/runc"]
[network]
network_backend = "netavark"
network_config_dir = "{home}/networks"
[containers]
seccomp_profile = "{root}/usr/share/containers/seccomp.json"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
"""
STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{home}/storage"
runroot = "{run}/runroot"
"""
POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'
#: Podman starts these with an environment of its own making.
WRAPPER = '#!/bin/sh\nLD_LIBRARY_PATH={libraries} exec {program} "$@"\n'
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Podman:
    """A running Podman: its socket, its network namespace, and its own API beside Docker's."""

    socket: Path
    netns: Path

    @property
    def host(self) -> str:
        """The value for DOCKER_HOST."""
        return f"unix://{self.socket}"

    @property
    def api(self) -> Api:
        """Docker's API, by a client that the product does not use."""
        return Api(self.socket)

    def libpod(self, target: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to Podman's own API: Docker's knows no pods."""
        return dict(self.api.call("POST", f"/v4.0.0/libpod{target}", None, body).json() or {})

    def clear(self) -> None:
        """Remove every pod, container, network and volume, also those of a killed session."""
        for pod in self.api.get("/v4.0.0/libpod/pods/json") or ():
            query = {"force": "true"}
            self.api.call("DELETE", f"/v4.0.0/libpod/pods/{pod['Id']}", query, accept=(404,))
        self.api.remove_where(bool)


@contextmanager
def podman(engines: Path) -> Iterator[Podman]:
    """Podman for as long as the block lasts; one at a time. Raises NoEngineError."""
    if os.geteuid() != 0:
        raise NoEngineError("only root may make the namespaces that Podman needs")
    docker = engine_named("28.5", engines)
    fetch(docker)
    extras = fetch_extras(engines, "podman", PACKAGES)
    tag = f"{docker.tag}-podman"
    home, run, netns = engines / "podman", RUN_ROOT / tag, NETNS_ROOT / tag
    with locked(engines / "podman.lock"):
        _write(extras, home, run, docker.packages)
        _make_namespace(netns, engine_images.busybox(docker))
        engine = Podman(run / "podman.sock", netns)
        try:
            with _running(extras, engine, home, docker.packages):
                engine.clear()
                engine_images.load(docker, into=engine.socket)
                yield engine
                engine.clear()
        finally:
            subprocess.run(["umount", "-l", netns], check=False, capture_output=True)
            netns.unlink(missing_ok=True)
            shutil.rmtree(run, ignore_errors=True)
            _remove_groups()


def _remove_groups() -> None:
    """Take away the control groups that Podman leaves; those in use stay."""
    for top in (CGROUPS / "libpod_parent", *CGROUPS.glob("*/libpod_parent")):
        for folder, _, _ in os.walk(top, topdown=False):
            with suppress(OSError):
                os.rmdir(folder)


def _write(extras: Extras, home: Path, run: Path, docker: Path) -> None:
    shutil.rmtree(run, ignore_errors=True)
    policy = home / "home/.config/containers/policy.json"
    for folder in (run, home / "bin", home / "storage", policy.parent):
        folder.mkdir(parents=True, exist_ok=True)
    values = {"home": home, "run": run, "root": extras.root}
    (home / "containers.conf").write_text(SETTINGS.format(**values))
    (home / "storage.conf").write_text(STORAGE.format(**values))
    policy.write_text(POLICY)
    for name, program in (
        ("conmon", extras.program("conmon")),
        ("runc", docker / "root/usr/bin/runc"),
    ):
        wrapper = home / "bin" / name
        wrapper.write_text(WRAPPER.format(libraries=extras.libraries, program=program))
        wrapper.chmod(0o755)


def _make_namespace(netns: Path, busybox: Path) -> None:
    NETNS_ROOT.mkdir(exist_ok=True)
    if namespace_lives(netns):
        subprocess.run(["umount", "-l", netns], check=False, capture_output=True)
    netns.touch()
    up = [str(busybox), "ip", "link", "set", "lo", "up"]
    made = subprocess.run(
        ["unshare", f"--net={netns}", "--", *up], check=False, capture_output=True, text=True
    )
    if made.returncode:
        raise NoEngineError(f"cannot make a network namespace: {made.stderr.strip()}")


@contextmanager
def _running(extras: Extras, engine: Podman, home: Path, docker: Path) -> Iterator[None]:
    environment = {
        # Podman calls iptables by its name.
        "PATH": f"{docker / 'bin'}:{extras.environment['PATH']}",
        "LD_LIBRARY_PATH": extras.libraries,
        "HOME": str(home / "home"),
        "CONTAINERS_CONF": str(home / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(home / "storage.conf"),
        "CONTAINERS_REGISTRIES_CONF": str(extras.root / "etc/containers/registries.conf"),
    }
    apart = ["nsenter", f"--net={engine.netns}", "unshare", "--mount", "--propagation=private"]
    serve = [str(extras.program("podman")), "system", "service", "--time=0", engine.host]
    log = home / "service.log"
    with (
        log.open("w") as said,
        subprocess.Popen([*apart, *serve], env=environment, stdout=said, stderr=said) as service,
    ):
        try:
            if not wait_until(
                lambda: engine.api.ping() or service.poll() is not None, START_SECONDS
            ):
                raise EngineError(f"podman does not answer:\n{log.read_text()}")
            if service.poll() is not None:
                raise EngineError(f"podman ended at once:\n{log.read_text()}")
            yield
        finally:
            service.send_signal(signal.SIGTERM)
