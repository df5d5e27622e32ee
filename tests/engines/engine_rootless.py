"""A Docker engine without root: rootlesskit, slirp4netns and dockerd as an ordinary user.

The user exists only in the mount namespace that the engine runs in; the network namespace that
rootlesskit publishes on is the test's own.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import engine_images
from engine_extras import Extras, fetch_extras
from engine_http import Api
from engine_layout import NETNS_ROOT, Engine, NoEngineError, engine_named
from engine_packages import fetch, locked
from engine_process import namespace_lives, wait_until

PACKAGES = ("rootlesskit", "uidmap", "slirp4netns", "libslirp0")
UID = 62345
USER = f"pmap-rootless:x:{UID}:{UID}::/nonexistent:/bin/sh\n"
RANGE = f"{UID}:200000:65536\n"
START_SECONDS = 60
#: Makes the user known, and the programs reachable for one who may not enter a private checkout.
START = """\
set -e
for name in passwd subuid subgid; do mount --bind "$RUN/$name" "/etc/$name"; done
mount --bind "$TOOLS" "$RUN/tools"
mount --bind "$DOCKER" "$RUN/docker"
exec setpriv --reuid "$ID" --regid "$ID" --clear-groups \\
  rootlesskit --state-dir="$RUN/user/kit" --net=slirp4netns --mtu=65520 \\
  --disable-host-loopback --port-driver=builtin --copy-up=/etc --copy-up=/run \\
  --propagation=rslave sh -c "$DAEMON"
"""
#: rootlesskit shows a /run of its own: what it hides of the host's is not to be found through it.
DAEMON = """\
rm -f /run/docker /run/containerd /run/xtables.lock
exec dockerd --rootless --data-root="$RUN/user/data" --exec-root="$RUN/user/exec" \\
  --pidfile="$RUN/user/docker.pid" --host="unix://$RUN/user/docker.sock" --storage-driver=vfs \\
  --userland-proxy-path="$RUN/tools/usr/bin/rootlesskit-docker-proxy"
"""


@dataclass(frozen=True, slots=True)
class Rootless:
    """A running engine without root: its socket, and the namespace that it publishes on."""

    socket: Path
    netns: Path

    @property
    def host(self) -> str:
        """The value for DOCKER_HOST."""
        return f"unix://{self.socket}"

    @property
    def api(self) -> Api:
        """The engine's own word."""
        return Api(self.socket)


@contextmanager
def rootless(engines: Path) -> Iterator[Rootless]:
    """The engine for as long as the block lasts; one at a time. Raises NoEngineError."""
    if os.geteuid() != 0:
        raise NoEngineError("only root may make the namespaces that a user's engine needs")
    if not Path("/dev/net/tun").exists():
        raise NoEngineError("/dev/net/tun is missing, which slirp4netns needs")
    docker = engine_named("20.10", engines)
    fetch(docker)
    tools = fetch_extras(engines, "rootless", PACKAGES)
    tag = f"{docker.tag}-user"
    netns = NETNS_ROOT / tag
    # Not below /run, which rootlesskit shows as links; and where any user may go.
    run = Path(tempfile.mkdtemp(prefix="pmap-rootless-"))
    run.chmod(0o755)
    with locked(engines / "rootless.lock"):
        try:
            _prepare(run, netns, engine_images.busybox(docker))
            with _running(tools, docker, run, netns) as engine:
                yield engine
        finally:
            subprocess.run(["umount", "-l", netns], check=False, capture_output=True)
            netns.unlink(missing_ok=True)
            shutil.rmtree(run, ignore_errors=True)


def _prepare(run: Path, netns: Path, busybox: Path) -> None:
    for name in ("tools", "docker", "user"):
        (run / name).mkdir(parents=True)
    os.chown(run / "user", UID, UID)
    (run / "passwd").write_text(Path("/etc/passwd").read_text() + USER)
    for name in ("subuid", "subgid"):
        (run / name).write_text(RANGE)
        # What is mounted over must be there.
        Path("/etc", name).touch()
    NETNS_ROOT.mkdir(exist_ok=True)
    if namespace_lives(netns):
        subprocess.run(["umount", "-l", netns], check=False, capture_output=True)
    netns.touch()
    up = [str(busybox), "ip", "link", "set", "lo", "up"]
    made = subprocess.run(["unshare", f"--net={netns}", "--", *up], check=False)
    if made.returncode:
        raise NoEngineError("cannot make a network namespace")


@contextmanager
def _running(tools: Extras, docker: Engine, run: Path, netns: Path) -> Iterator[Rootless]:
    folders = ("tools/usr/bin", "docker/bin", "docker/root/usr/sbin", "docker/root/usr/bin")
    libraries = [
        str(run / name / path.relative_to(top))
        for name, top in (("tools", tools.root), ("docker", docker.packages))
        for path in [*top.glob("**/usr/lib/*-linux-gnu*"), *top.glob("**/root/lib/*-linux-*")]
    ]
    paths = [str(run / folder) for folder in folders]
    environment = {
        "PATH": ":".join([*paths, "/usr/sbin", "/usr/bin", "/sbin", "/bin"]),
        "LD_LIBRARY_PATH": ":".join(libraries),
        "HOME": str(run / "user"),
        "XDG_RUNTIME_DIR": str(run / "user"),
        "RUN": str(run),
        "TOOLS": str(tools.root),
        "DOCKER": str(docker.packages),
        "ID": str(UID),
        "DAEMON": DAEMON,
    }
    apart = ["nsenter", f"--net={netns}", "unshare", "--mount", "--propagation=private"]
    engine = Rootless(run / "user/docker.sock", netns)
    log = run / "engine.log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            [*apart, "sh", "-c", START], env=environment, stdout=said, stderr=said
        ) as kit,
    ):
        try:
            wait_until(lambda: engine.api.ping() or kit.poll() is not None, START_SECONDS)
            if not engine.api.ping():
                last = " / ".join(log.read_text().splitlines()[-3:])
                raise NoEngineError(f"an engine without root does not start here: {last}")
            engine_images.load(docker, into=engine.socket)
            yield engine
            engine.api.remove_named("")
        finally:
            kit.terminate()
