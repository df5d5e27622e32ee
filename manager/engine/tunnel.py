"""ssh:// endpoints: a private unix socket here, `docker system dial-stdio` over ssh behind it.

What the docker CLI does, with ssh's own configuration, keys and agent. The SDK's own way needs
paramiko, cannot be interrupted while it reads, and reads one answer at a time.
"""

from __future__ import annotations

import atexit
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

from manager.errors import EngineUnavailable

_CONNECT_SECONDS = 10.0


def ssh_command(url: str, connect_seconds: float = _CONNECT_SECONDS) -> list[str]:
    """The ssh command of an ssh:// URL. A path in the URL is the socket on the other host."""
    parts = urlsplit(url)
    timeout = max(1, round(connect_seconds))
    command = ["ssh", "-T", "-o", f"ConnectTimeout={timeout}", "-o", "BatchMode=yes"]
    if parts.username:
        command += ["-l", parts.username]
    if parts.port:
        command += ["-p", str(parts.port)]
    docker = ["docker", "system", "dial-stdio"]
    if parts.path.strip("/"):
        docker[1:1] = ["--host", f"unix://{parts.path}"]
    # ssh hands one string to the shell of the other host, so each word is quoted.
    return [*command, "--", parts.hostname or "", shlex.join(docker)]


class SshTunnel:
    """Accepts connections on `socket_path`; each gets an ssh of its own.

    Closed at the end of the program at the latest.
    """

    def __init__(self, url: str, *, connect_seconds: float = _CONNECT_SECONDS) -> None:
        """Raises EngineUnavailable when there is no ssh to run."""
        if shutil.which("ssh") is None:
            raise EngineUnavailable(
                f"no engine answers at {url}: this machine has no ssh",
                hint="install the OpenSSH client",
            )
        self._command = ssh_command(url, connect_seconds)
        self._folder = Path(tempfile.mkdtemp(prefix="pmap-ssh-"))
        self._errors = self._folder / "stderr"
        self._errors.touch(mode=0o600)
        self._children: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._closed = False
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.socket_path)
        self._listener.listen()
        self._thread = threading.Thread(target=self._accept, name="pmap-ssh", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    @property
    def socket_path(self) -> str:
        """The unix socket of this host that leads to the engine."""
        return str(self._folder / "docker.sock")

    def complaint(self) -> str:
        """The last line that an ssh printed on its error output, empty without one."""
        try:
            lines = self._errors.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1].strip() if lines else ""

    def close(self) -> None:
        """End every ssh and take the socket away. Safe to call twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        atexit.unregister(self.close)
        # A shutdown wakes the thread out of accept(); close alone would leave it there.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, self._errors.open("ab") as errors:
                self._children = [child for child in self._children if child.poll() is None]
                self._children.append(
                    subprocess.Popen(  # noqa: S603 -- a list of words, checked by endpoint.py
                        self._command,
                        stdin=connection.fileno(),
                        stdout=connection.fileno(),
                        stderr=errors,
                        env=_environment(),
                        # Ctrl-C is for pmap: it ends the tunnel when it has cleaned up.
                        start_new_session=True,
                    )
                )


def _environment() -> dict[str, str]:
    """This process's environment, without what is meant for a bundled Python's libraries."""
    return {k: v for k, v in os.environ.items() if k not in {"LD_LIBRARY_PATH", "SSL_CERT_FILE"}}
