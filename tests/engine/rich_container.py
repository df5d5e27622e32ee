"""A container with as many settings as an engine takes at once: two networks with fixed addresses,
volumes named and unnamed, limits, devices, security, a health check of its own, and what not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAC = "02:aa:bb:cc:dd:01"

CONFIG: dict[str, Any] = {
    "Hostname": "keeper",
    "Domainname": "example.test",
    "User": "root",
    "WorkingDir": "/tmp",
    "Env": ["B=2", "A=1", "EMPTY=", "SECRET=top=secret"],
    "Entrypoint": ["/bin/sh", "-c"],
    "Cmd": ["sleep 300"],
    "Volumes": {"/x": {}},
    "Healthcheck": {"Test": ["CMD", "true"], "Interval": 60_000_000_000, "Retries": 7},
    "Shell": ["/bin/ash", "-c"],
    "StopSignal": "SIGUSR1",
    "StopTimeout": 3,
    "OpenStdin": True,
    "Tty": True,
    "Labels": {
        "com.docker.compose.config-hash": "abc",
        "com.docker.compose.container-number": "1",
        "note": "kept",
    },
}
HOST: dict[str, Any] = {
    "Tmpfs": {"/t2": "size=1m"},
    "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
    "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4},
    "CapAdd": ["NET_ADMIN", "SYS_TIME"],
    "CapDrop": ["MKNOD"],
    "Dns": ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    "DnsOptions": ["ndots:2"],
    "DnsSearch": ["example.test"],
    "ExtraHosts": ["there:192.0.2.9"],
    "GroupAdd": ["7"],
    "IpcMode": "shareable",
    "OomScoreAdj": 100,
    "OomKillDisable": False,
    "SecurityOpt": ["no-new-privileges"],
    "ShmSize": 16777216,
    "Sysctls": {"net.core.somaxconn": "256"},
    "Memory": 67108864,
    "MemoryReservation": 33554432,
    "MemorySwap": 134217728,
    "CpuShares": 512,
    "CpuPeriod": 100000,
    "CpuQuota": 50000,
    "CpusetCpus": "0",
    "CpusetMems": "0",
    "BlkioWeight": 0,
    "CgroupParent": "/pmap-tests",
    "Runtime": "runc",
    "PidsLimit": 50,
    "Devices": [
        {"PathOnHost": "/dev/null", "PathInContainer": "/dev/nil", "CgroupPermissions": "rw"}
    ],
    "DeviceCgroupRules": ["c 1:3 mr"],
    "Ulimits": [{"Name": "nofile", "Soft": 512, "Hard": 1024}],
    "Init": True,
    "MaskedPaths": ["/proc/acpi"],
    "ReadonlyPaths": ["/proc/bus"],
    "Annotations": {"note": "kept"},
}
PORTS = {
    "80/tcp": [("127.0.0.1", "21080"), ("127.0.0.2", "21080")],
    "53/udp": [("127.0.0.1", "")],
}


@dataclass(frozen=True, slots=True)
class RichContainer:
    """Its settings. Names begin with `prefix`; one and two are the first three bytes of networks.

    per_network_mac: engines from API 1.44 on take a MAC address for each network.
    """

    prefix: str
    one: str
    two: str
    per_network_mac: bool

    @property
    def config(self) -> dict[str, Any]:
        """The body's top level."""
        return CONFIG | ({} if self.per_network_mac else {"MacAddress": MAC})

    def host_config(self, source: str) -> dict[str, Any]:
        """HostConfig; `source` is the container whose volumes it takes, without the prefix."""
        return HOST | {
            "Binds": [f"{self.prefix}named:/named:rw,nocopy", "/usr:/hostusr:ro"],
            "Mounts": [
                {"Type": "volume", "Target": "/anon"},
                {"Type": "bind", "Source": "/etc", "Target": "/hostetc", "ReadOnly": True},
                {"Type": "tmpfs", "Target": "/t1", "TmpfsOptions": {"SizeBytes": 1048576}},
            ],
            "VolumesFrom": [f"{self.prefix}{source}:ro"],
        }

    def first_endpoint(self, peer: str) -> dict[str, Any]:
        """Its place in the first network; `peer` is a container linked to, without the prefix."""
        return {
            "IPAMConfig": {"IPv4Address": f"{self.one}.50"},
            "Aliases": ["front", "also"],
            "Links": [f"{self.prefix}{peer}:buddy"],
            **({"MacAddress": MAC} if self.per_network_mac else {}),
        }

    @property
    def second_endpoint(self) -> dict[str, Any]:
        """Its place in the second."""
        return {"IPAMConfig": {"IPv4Address": f"{self.two}.60"}, "Aliases": ["back"]}
