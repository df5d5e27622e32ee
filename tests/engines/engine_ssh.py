"""An ssh server of the test's own, through which an engine is reached as from another host.

Debian's sshd on a free port, in the network namespace that the test runs in, with
keys made for this once. The server needs a user `sshd`: it sees an /etc/passwd that has one.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine_extras import Extras, fetch_extras
from engine_layout import EngineError, engine_named
from engine_packages import fetch
from pytest_engines import LiveEngine

PACKAGES = (
    "openssh-server",
    "openssh-client",
    "libaudit1",
    "libcap-ng0",
    "libcap2",
    "libcom-err2",
    "libcrypt1",
    "libgcrypt20",
    "libgpg-error0",
    "libgssapi-krb5-2",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "liblz4-1",
    "liblzma5",
    "libpam0g",
    "libpcre2-8-0",
    "libselinux1",
    "libssl3",
    "libsystemd0",
    "libwrap0",
    "libzstd1",
    "zlib1g",
)
#: sshd was built with this folder, which must be root's.
PRIVILEGE_FOLDER = Path("/run/sshd")
SERVER = """\
ListenAddress 0.0.0.0:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
SetEnv PATH={docker}:/usr/bin:/bin
"""
CLIENT = """\
Host *
  IdentityFile {folder}/key
  UserKnownHostsFile {folder}/known
  StrictHostKeyChecking accept-new
  LogLevel ERROR
"""
WRAPPER = """\
#!/bin/sh
LD_LIBRARY_PATH={libraries} exec {ssh} -F {folder}/client "$@"
"""
START = 'mount --bind "$1" /etc/passwd && shift && exec "$@"'


@dataclass(frozen=True, slots=True)
class SshPrograms:
    """What is needed of Debian: sshd and ssh, and the docker command line for the far end."""

    extras: Extras
    docker: Path


def ssh_programs(engines: Path) -> SshPrograms:
    """Fetch them, with the network that an engine's namespace lacks. Raises NoEngineError."""
    # The only package of Docker's command line among the engines' own; any speaks to any engine.
    client = engine_named("20.10", engines)
    fetch(client)
    return SshPrograms(fetch_extras(engines, "ssh", PACKAGES), client.packages / "root/usr/bin")


@dataclass(frozen=True, slots=True)
class SshServer:
    """A running server: the engine's address through it, and the folder of an `ssh` that may."""

    url: str
    path: Path


@contextmanager
def ssh_server(
    programs: SshPrograms, engine: LiveEngine, folder: Path, port: int
) -> Iterator[SshServer]:
    """The engine behind ssh. folder is an empty one for keys and settings; port is free."""
    extras = programs.extras
    _write(extras, folder, port, programs.docker)
    made_here = not PRIVILEGE_FOLDER.exists()
    PRIVILEGE_FOLDER.mkdir(exist_ok=True)
    try:
        with _running(extras, folder):
            yield SshServer(f"ssh://root@127.0.0.1:{port}{_socket(engine)}", folder / "bin")
    finally:
        if made_here:
            shutil.rmtree(PRIVILEGE_FOLDER, ignore_errors=True)


def _socket(engine: LiveEngine) -> str:
    return engine.host.removeprefix("unix://")


def _write(extras: Extras, folder: Path, port: int, docker: Path) -> None:
    for name in ("host", "key"):
        command = [str(extras.program("ssh-keygen")), "-q", "-t", "ed25519", "-N", "", "-f", name]
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, env=dict(extras.environment)
        )
    (folder / "server").write_text(SERVER.format(port=port, folder=folder, docker=docker))
    (folder / "client").write_text(CLIENT.format(folder=folder))
    (folder / "bin").mkdir()
    wrapper = folder / "bin" / "ssh"
    wrapper.write_text(
        WRAPPER.format(libraries=extras.libraries, ssh=extras.program("ssh"), folder=folder)
    )
    wrapper.chmod(0o755)
    users = Path("/etc/passwd").read_text()
    if not any(line.startswith("sshd:") for line in users.splitlines()):
        users += "sshd:x:65533:65534::/run/sshd:/bin/false\n"
    (folder / "passwd").write_text(users)


@contextmanager
def _running(extras: Extras, folder: Path) -> Iterator[None]:
    sshd = [str(extras.program("sshd")), "-D", "-e", "-f", str(folder / "server")]
    alone = ["unshare", "--mount", "--propagation=private", "sh", "-c", START, "sh"]
    environment = os.environ | dict(extras.environment)
    with subprocess.Popen(
        [*alone, str(folder / "passwd"), *sshd], stderr=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stderr is not None
        try:
            said = []
            for line in server.stderr:
                said.append(line)
                if "Server listening" in line:
                    break
            else:
                raise EngineError(f"sshd does not start: {''.join(said)}")
            # What it says from now on would fill the pipe.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            yield
        finally:
            server.terminate()
