"""Containers as people run them, and how faithfully a change of ports makes them anew.

Names of networks, volumes and containers begin with the prefix that a test removes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine_http import ApiError
from live_leaves import differing
from live_world import SECOND, LiveWorld
from rich_container import PORTS, RichContainer

THE_LOT = "as many settings as one takes"
SIDE_CAR = "a side car in its network"
RUN = {"database", "two networks", "everything", SIDE_CAR, THE_LOT}
"""Those that are started: a GPU, say, is not on every machine."""

_PUBLISHED = 4321
"""The container port that is published anew."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Of one kind: leaves of the inspects that were compared, and those that differ.

    impossible: why this engine cannot have such a container at all.
    """

    kind: str
    leaves: int = 0
    wrong: tuple[str, ...] = ()
    impossible: str = ""


def compare_kinds(world: LiveWorld) -> Iterator[Compared]:
    """Make a container of each kind, publish a port of it, and hold it against what it was.

    world names engine, prefix and journal; each container gets a prefix of its own below that.
    """
    for network in ("front", "back"):
        world.network(network, None)
    for number, (kind, body) in enumerate(_bodies(world.prefix).items()):
        one = replace(world, prefix=f"{world.prefix}{number}-")
        yield _made_and_compared(one, kind, body)
    one = replace(world, prefix=f"{world.prefix}car-")
    one.create(one.name, {})
    car = f"{one.prefix}car"
    one.create(car, {"HostConfig": {"NetworkMode": f"container:{one.name}"}})
    yield _compared(one, SIDE_CAR, [one.name, car])
    try:
        yield _the_lot(replace(world, prefix=f"{world.prefix}lot-"))
    except ApiError as error:
        yield Compared(THE_LOT, impossible=error.message)


def _made_and_compared(world: LiveWorld, kind: str, body: dict[str, Any]) -> Compared:
    try:
        world.create(world.name, body)
    except ApiError as error:
        return Compared(kind, impossible=error.message)
    return _compared(world, kind, [world.name])


def _the_lot(world: LiveWorld) -> Compared:
    subnets = world.subnets()
    names = [world.network(short, f"{net}.0/24") for short, net in zip("ab", subnets, strict=True)]
    world.create(f"{world.prefix}peer", {"HostConfig": {"NetworkMode": names[0]}})
    world.api.call("POST", f"/containers/{world.prefix}peer/start")
    world.create(f"{world.prefix}source", {"HostConfig": {"Binds": [f"{world.prefix}shared:/s"]}})
    version = tuple(map(int, world.api.get("/version")["ApiVersion"].split(".")))
    rich = RichContainer(world.prefix, *subnets, per_network_mac=version >= (1, 44))
    bindings = {
        port: [{"HostIp": ip, "HostPort": number} for ip, number in asked]
        for port, asked in PORTS.items()
    }
    world.create(
        world.name,
        rich.config
        | {
            "Image": "pmap/db",
            "ExposedPorts": {port: {} for port in PORTS},
            "HostConfig": rich.host_config("source")
            | {"NetworkMode": names[0], "PortBindings": bindings},
            "NetworkingConfig": {"EndpointsConfig": {names[0]: rich.first_endpoint("peer")}},
        },
    )
    world.api.call(
        "POST", f"/networks/{names[1]}/connect",
        body={"Container": world.name, "EndpointConfig": rich.second_endpoint},
    )  # fmt: skip
    return _compared(world, THE_LOT, [world.name])


def _compared(world: LiveWorld, kind: str, names: list[str]) -> Compared:
    """Publish a port of the first, and compare all."""
    if kind in RUN:
        for name in names:
            world.api.call("POST", f"/containers/{name}/start")
    before = _by_names(world, names)
    said = world.driven(spec=f"{world.new_port}:{_PUBLISHED}", settle=0.0)
    if said.get("status") != "applied":
        return Compared(kind, wrong=(f"{said.get('status')}: {said.get('reason')}",))
    leaves, wrong = 0, []
    after = _by_names(world, names)
    for name in names:
        count, found = differing(before[name], after[name])
        leaves += count
        wrong += found
    return Compared(kind, leaves, tuple(wrong))


def _by_names(world: LiveWorld, names: list[str]) -> dict[str, dict[str, Any]]:
    """Inspects in which each hangs on another by its name: the ids are new."""
    records = {name: world.inspect(name) for name in names}
    for record in records.values():
        mode = record["HostConfig"]["NetworkMode"]
        owner = next((n for n, r in records.items() if mode == f"container:{r['Id']}"), "")
        if owner:
            record["HostConfig"]["NetworkMode"] = f"container:{owner}"
            record["Config"]["Hostname"] = ""
            record["NetworkSettings"]["Networks"] = {}
    return records


def _bodies(prefix: str) -> dict[str, dict[str, Any]]:
    """What to create, by what it stands for: 14 containers as people run them."""
    front, back = f"{prefix}front", f"{prefix}back"
    return {
        "database": {
            "Env": ["PASSWORD=secret", "EMPTY=", "WITH=a=b"],
            "Volumes": {"/var/lib/data": {}},
            "Healthcheck": {"Test": ["CMD", "true"], "Interval": SECOND, "Timeout": SECOND,
                            "Retries": 3, "StartPeriod": SECOND},
            "HostConfig": {"ShmSize": 128 << 20, "RestartPolicy": {"Name": "always"}},
        },
        "host name as data key": {"Hostname": "rabbit1", "Domainname": "example.org"},
        "two networks": {
            "HostConfig": {"NetworkMode": front},
            "NetworkingConfig": {"EndpointsConfig": {front: {"Aliases": ["www", "web1"]}}},
        },
        "limits": {
            "HostConfig": {
                "Memory": 64 << 20, "MemoryReservation": 32 << 20, "NanoCpus": SECOND // 2,
                "CpuShares": 512, "PidsLimit": 100, "OomScoreAdj": 200, "BlkioWeight": 0,
                "Ulimits": [{"Name": "nofile", "Soft": 512, "Hard": 1024}],
            },
        },
        "hardened": {
            "User": "65534:65534",
            "HostConfig": {
                "ReadonlyRootfs": True, "CapDrop": ["ALL"], "CapAdd": ["NET_BIND_SERVICE"],
                "SecurityOpt": ["no-new-privileges"], "Tmpfs": {"/scratch": "size=1m,mode=1777"},
                "Sysctls": {"net.ipv4.ip_unprivileged_port_start": "0"}, "Init": True,
            },
        },
        "mounts": {
            "Volumes": {"/anonymous": {}},
            "HostConfig": {
                "Binds": [f"{prefix}data:/data:ro", "/etc/hostname:/host/name:ro"],
                "Mounts": [
                    {"Type": "volume", "Target": "/unnamed",
                     "VolumeOptions": {"Labels": {"a": "b"}}},
                    {"Type": "tmpfs", "Target": "/memory", "TmpfsOptions": {"SizeBytes": 1 << 20}},
                    {"Type": "bind", "Source": "/etc", "Target": "/host/etc", "ReadOnly": True},
                ],
            },
        },
        "name service": {
            "HostConfig": {
                "Dns": ["192.0.2.53", "192.0.2.54"], "DnsSearch": ["example.org"],
                "DnsOptions": ["ndots:2"], "ExtraHosts": ["db:192.0.2.9"],
            },
        },
        "many ports": {
            "ExposedPorts": {"53/udp": {}, "9000/tcp": {}, "9001/tcp": {}},
            "HostConfig": {
                "PortBindings": {
                    "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "0"}],
                    "9000/tcp": [{"HostIp": "", "HostPort": ""}],
                    "9001/tcp": [{"HostIp": "127.0.0.1", "HostPort": "41000-41010"},
                                 {"HostIp": "127.0.0.2", "HostPort": "41020"}],
                }
            },
        },
        "command line": {
            "Cmd": ["httpd", "-f", "-p", "80", "-h", "/www"], "Entrypoint": ["/bin/busybox"],
            "WorkingDir": "/www", "StopSignal": "SIGINT", "StopTimeout": 3, "Tty": True,
            "OpenStdin": True, "StdinOnce": True, "AttachStdout": True,
        },
        "compose service": {
            "Labels": {
                "com.docker.compose.project": "shop", "com.docker.compose.service": "web",
                "com.docker.compose.config-hash": "f" * 64, "com.docker.compose.oneoff": "False",
                "com.docker.compose.container-number": "1",
                "com.docker.compose.depends_on": "db:service_started:false",
            },
        },
        "logs and kernel": {
            "HostConfig": {
                "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
                "IpcMode": "shareable", "GroupAdd": ["10", "20"], "UTSMode": "", "PidMode": "host",
                "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4},
                "DeviceCgroupRules": ["c 1:3 rwm"],
                "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/mine",
                             "CgroupPermissions": "rw"}],
            },
        },
        "a GPU": {
            "HostConfig": {
                "DeviceRequests": [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}]
            },
        },
        "everything exposed": {"HostConfig": {"PublishAllPorts": True}},
        "everything": {
            "Hostname": "all", "Env": ["A=1"], "Volumes": {"/anonymous": {}},
            "Labels": {"one": "1", "empty": ""}, "StopTimeout": 1,
            "MacAddress": "02:42:0a:00:00:63",
            "HostConfig": {
                "NetworkMode": back, "Memory": 64 << 20, "CapAdd": ["NET_ADMIN"],
                "Binds": [f"{prefix}data:/data"], "Tmpfs": {"/t": ""}, "Init": True,
                "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]},
            },
            "NetworkingConfig": {"EndpointsConfig": {back: {"Aliases": ["behind"]}}},
        },
    }  # fmt: skip
