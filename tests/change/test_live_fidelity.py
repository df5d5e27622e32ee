"""Containers as people run them: after a change of ports, nothing else is different."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from live_leaves import differing
from live_world import LiveWorld
from pytest_engines import LiveEngine

from manager.change.plan import Status

SECOND = 1_000_000_000
KEPT_RUNNING = {"database", "two networks", "everything"}


def bodies(prefix: str) -> dict[str, dict[str, Any]]:
    """Create bodies by what they stand for."""
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


def test_nothing_but_the_ports_is_different(
    live_engine: LiveEngine, prefix: str, tmp_path: Path
) -> None:
    compared: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    for number, (kind, body) in enumerate(bodies(prefix).items()):
        world = LiveWorld(live_engine.api, live_engine.host, f"{prefix}{number}-", tmp_path)
        for short in ("front", "back"):
            name = f"{prefix}{short}"
            if name == body.get("HostConfig", {}).get("NetworkMode"):
                world.api.call("POST", "/networks/create", body={"Name": name})
        world.create(world.name, body)
        if kind in KEPT_RUNNING:
            world.api.call("POST", f"/containers/{world.name}/start")
        before = world.inspect(world.name)
        said = world.driven(spec=f"{world.new_port}:4321", settle=0.0)
        assert said["status"] == Status.APPLIED, (kind, said)
        compared[kind], found = differing(before, world.inspect(world.name))
        if found:
            wrong[kind] = found
    assert wrong == {}
    assert min(compared.values()) > 40, compared


@pytest.mark.parametrize("how", ["", [""]])
def test_an_entrypoint_that_was_emptied_stays_empty(
    live_engine: LiveEngine, prefix: str, tmp_path: Path, how: object
) -> None:
    world = LiveWorld(live_engine.api, live_engine.host, prefix, tmp_path)
    base = world.create(f"{prefix}base", {"HostConfig": {}})
    image = f"{prefix}image"
    world.api.call(
        "POST", "/commit", {"container": base, "repo": image},
        {"Entrypoint": ["/bin/sh", "-c", "exit 7"], "Cmd": ["/bin/serve-web"]},
    )  # fmt: skip
    try:
        body = {"Image": image, "Entrypoint": how, "Cmd": ["/bin/serve-web"], "HostConfig": {}}
        world.create(world.name, body)
        before = world.inspect(world.name)
        assert before["Path"] == "/bin/serve-web"
        said = world.driven(spec=f"{world.new_port}:4321")
        assert said["status"] == Status.APPLIED, said
        after = world.inspect(world.name)
        assert (after["Path"], after["Args"]) == (before["Path"], before["Args"])
    finally:
        live_engine.api.remove_named(prefix)
        world.api.call("DELETE", f"/images/{image}", {"force": "1"})
