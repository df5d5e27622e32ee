"""A running ufw and a running firewalld: Debian's own, over this machine's files, not among them.

Both have their places compiled in (/etc/ufw, /usr/sbin/iptables). So /etc and /usr are overlaid
with their packages in a mount namespace of its own; what is started there sees both, and the
network of whoever starts it. Everything that they write is gone with the namespace, but for the
rules in the network: see `kept_rules`.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine_extras import Extras, fetch_extras
from engine_layout import EngineError, NoEngineError
from engine_process import wait_until

SECONDS = 30
IPTABLES = (
    "iptables", "libip4tc2", "libip6tc2", "libxtables12", "libmnl0", "libnftnl11",
    "libnetfilter-conntrack3", "libnfnetlink0",
)  # fmt: skip
PYTHON = (
    "python3", "python3-minimal", "python3.11", "python3.11-minimal", "libpython3.11-minimal",
    "libpython3.11-stdlib",
)  # fmt: skip
UFW = ("ufw", *IPTABLES, *PYTHON)
FIREWALLD = (
    "firewalld", "python3-firewall", "python3-dbus", "python3-nftables", "python3-gi",
    "python3-cap-ng", "gir1.2-glib-2.0", "libgirepository-1.0-1", "libglib2.0-0", "libffi8",
    "nftables", "libnftables1", "libjansson4", "libedit2", "libbsd0", "ipset", "libipset13",
    "dbus-daemon", "dbus-bin", "libdbus-1-3", "libapparmor1", "libaudit1", "libcap-ng0",
    *IPTABLES, *PYTHON,
)  # fmt: skip

#: What is unpacked becomes a layer whose links and first configuration are as dpkg leaves them.
_OVERLAY = """\
set -e
mount -t tmpfs tmpfs "$1"
cd "$1"
cp -a "$2" layer
for name in lib bin sbin; do
  if [ -d layer/$name ]; then cp -a layer/$name/. layer/usr/$name/; rm -r layer/$name; fi
done
for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
  ln -sf xtables-nft-multi layer/usr/sbin/$name
done
if [ -d layer/usr/share/ufw ]; then
  cp layer/usr/share/ufw/ufw.conf layer/usr/share/ufw/iptables/*.rules layer/etc/ufw/
fi
chown 0:0 layer layer/etc layer/usr
for name in etc usr; do
  mkdir -p up/$name work/$name
  layers="lowerdir=$1/layer/$name:/$name,upperdir=$1/up/$name,workdir=$1/work/$name"
  mount -t overlay overlay -o "$layers" /$name
done
echo ready
read line
"""
_BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@dataclass(frozen=True, slots=True)
class Overlaid:
    """A mount namespace in which packages are installed. `enter` stands before a command."""

    enter: tuple[str, ...]

    @property
    def environment(self) -> Mapping[str, str]:
        """What their programs are started with."""
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C"}

    def run(self, *command: str, **environment: str) -> str:
        """What a program there prints; it must end well."""
        done = subprocess.run(
            [*self.enter, *command],
            capture_output=True,
            text=True,
            check=False,
            env={**self.environment, **environment},
        )
        if done.returncode:
            raise EngineError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout


def firewall_packages(engines: Path, name: str, packages: tuple[str, ...]) -> Extras:
    """Fetch a firewall, with the network that an engine's namespace lacks. Raises NoEngineError."""
    return fetch_extras(engines, name, packages)


@contextmanager
def overlaid(extras: Extras, folder: Path) -> Iterator[Overlaid]:
    """The packages installed, for whom it is entered. Raises NoEngineError without overlays."""
    command = ["unshare", "--mount", "sh", "-c", _OVERLAY, "sh", str(folder), str(extras.root)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as keeper:
        assert keeper.stdout is not None
        assert keeper.stderr is not None
        if keeper.stdout.readline() != "ready\n":
            raise NoEngineError(f"no files can be overlaid here: {keeper.stderr.read().strip()}")
        try:
            yield Overlaid(("nsenter", f"--mount=/proc/{keeper.pid}/ns/mnt", "--"))
        finally:
            keeper.kill()


@contextmanager
def kept_rules(environment: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The rules of the network by the tool that puts them back; they are as before at the end."""
    saved = {}
    for family in ("iptables", "ip6tables"):
        asked = subprocess.run(
            [f"{family}-save"], env=environment, check=True, capture_output=True, text=True
        )
        saved[f"{family}-restore"] = asked.stdout
    try:
        yield saved
    finally:
        put_back(saved, environment)


def put_back(saved: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Make the rules again that `kept_rules` gave."""
    for tool, text in saved.items():
        subprocess.run([tool], env=environment, input=text, text=True, check=True)


@contextmanager
def running_firewalld(place: Overlaid, folder: Path) -> Iterator[None]:
    """firewalld with a message bus of its own; its rules go with it."""
    socket = folder / "bus"
    settings = folder / "bus.conf"
    settings.write_text(_BUS.format(path=socket))
    bus = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={socket}"}
    environment = {**place.environment, **bus}
    daemons = (
        ["dbus-daemon", f"--config-file={settings}", "--nofork", "--nopidfile", "--nosyslog"],
        ["firewalld", "--nofork", "--nopid", f"--log-file={folder / 'firewalld.log'}"],
    )
    with open(os.devnull, "w") as nowhere:
        started = []
        try:
            for command, is_up in zip(
                daemons, (socket.exists, lambda: _runs(place, bus)), strict=True
            ):
                started.append(
                    subprocess.Popen(
                        [*place.enter, *command], env=environment, stdout=nowhere, stderr=nowhere
                    )
                )
                if not wait_until(is_up, SECONDS):
                    raise EngineError(f"{command[0]} does not come up")
            yield
        finally:
            for daemon in reversed(started):
                daemon.terminate()
                daemon.wait(SECONDS)


def _runs(place: Overlaid, bus: Mapping[str, str]) -> bool:
    try:
        return place.run("firewall-cmd", "--state", **bus).strip() == "running"
    except EngineError:
        return False
