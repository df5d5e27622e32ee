"""An engine on the host's own network, for the demo: only where no other is.

Such a daemon changes the host's firewall, forwarding and interfaces. What was
there before is written down when it starts and put back when it goes.
"""

import json
import os
import subprocess
from pathlib import Path

from engine_http import Api
from engine_images import busybox
from engine_layout import TAG_VARIABLE, Engine, NoEngineError

DEFAULT_SOCKET = Path("/var/run/docker.sock")
FORWARDING = (
    Path("/proc/sys/net/ipv4/ip_forward"),
    Path("/proc/sys/net/ipv6/conf/all/forwarding"),
    Path("/proc/sys/net/ipv6/conf/default/forwarding"),
)
INTERFACES = Path("/sys/class/net")
TABLES = ("iptables", "ip6tables")


def require_free(engine: Engine) -> None:
    """Refuse where any other engine is: a second one empties the first one's firewall rules."""
    if Api(DEFAULT_SOCKET).ping():
        raise NoEngineError(f"a Docker engine answers at {DEFAULT_SOCKET}: use that one")
    other = _other_daemon(engine)
    if other:
        raise NoEngineError(f"a dockerd already runs on the host's network (pid {other})")


def _other_daemon(engine: Engine) -> int | None:
    here = os.stat("/proc/self/ns/net").st_ino
    mark = f"{TAG_VARIABLE}={engine.tag}\0".encode()
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or (entry / "comm").read_text() != "dockerd\n":
                continue
            mine = mark in (entry / "environ").read_bytes()
            if not mine and (entry / "ns/net").stat().st_ino == here:
                return int(entry.name)
        except OSError:
            continue  # it ended while we looked
    return None


def remember(engine: Engine) -> None:
    """Write down what the engine is going to change, unless it is written down already."""
    if engine.host_state.exists():
        return
    before = {
        "rules": {table: _run(engine, f"{table}-save").stdout for table in TABLES},
        "forwarding": {str(path): path.read_text() for path in FORWARDING if path.exists()},
        "interfaces": sorted(os.listdir(INTERFACES)),
    }
    engine.host_state.write_text(json.dumps(before))


def put_back(engine: Engine) -> None:
    """Give the host's network back as `remember` found it."""
    if not engine.host_state.exists():
        return
    before = json.loads(engine.host_state.read_text())
    for table, rules in before["rules"].items():
        now = _run(engine, f"{table}-save").stdout
        _run(engine, f"{table}-restore", rules + emptied(rules, now))
    for path, value in before["forwarding"].items():
        Path(path).write_text(value)
    for name in set(os.listdir(INTERFACES)) - set(before["interfaces"]):
        if name.startswith(("docker0", "br-", "veth")):
            command = [str(busybox(engine)), "ip", "link", "del", name]
            subprocess.run(command, check=False, capture_output=True)
    engine.host_state.unlink()


def emptied(before: str, now: str) -> str:
    """What empties the tables that are there now and were not before, in iptables-save's words."""
    tables: list[str] = []
    for table in now.split("COMMIT"):
        lines = table.strip().splitlines()
        name = next((line for line in lines if line.startswith("*")), None)
        if name and name not in before.splitlines():
            chains = [line.split() for line in lines if line.startswith(":")]
            built_in = [chain for chain, policy, *_ in chains if policy != "-"]
            tables += [name, *(f"{chain} ACCEPT [0:0]" for chain in built_in), "COMMIT"]
    return "".join(f"{line}\n" for line in tables)


def _run(engine: Engine, tool: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(engine.packages / "bin" / tool)]
    return subprocess.run(command, input=text, check=False, capture_output=True, text=True)
