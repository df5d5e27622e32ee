"""How a daemon is called: its flags, its environment, its storage driver."""

import subprocess
import tempfile
from pathlib import Path

from engine_layout import TAG_VARIABLE, Engine


def command(engine: Engine) -> list[str]:
    """The daemon's command line: nothing of it is shared with another engine."""
    block = engine.network_block
    return [
        str(engine.packages / "root/usr/sbin/dockerd"),
        f"--data-root={engine.data}",
        f"--exec-root={engine.run}",
        f"--pidfile={engine.run / 'dockerd.pid'}",
        f"--host={engine.host}",
        "--group=root",
        f"--bip={block}.0.1/24",
        f"--default-address-pool=base={block}.128.0/17,size=24",
        "--dns=127.0.0.1",
        f"--storage-driver={_storage_driver(engine.data)}",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        f"--cgroup-parent=/{engine.tag}",
    ]


def environment(engine: Engine) -> dict[str, str]:
    """A bare environment: what the caller has set must not change what is tested."""
    packages = engine.packages
    libraries = [*packages.glob("root/usr/lib/*-linux-gnu*"), *packages.glob("root/lib/*-linux-*")]
    folders = [packages / "bin", packages / "root/usr/sbin", packages / "root/usr/bin"]
    return {
        "PATH": ":".join([*map(str, folders), "/usr/sbin", "/usr/bin", "/sbin", "/bin"]),
        "LD_LIBRARY_PATH": ":".join(map(str, libraries)),
        "HOME": "/root",
        TAG_VARIABLE: engine.tag,
    }


def _storage_driver(data: Path) -> str:
    """overlay2 where the file system under `data` can bear it, else vfs; as before if any was."""
    for driver in ("overlay2", "vfs"):
        if (data / "image" / driver).is_dir():
            return driver
    with tempfile.TemporaryDirectory(dir=data) as name:
        top = Path(name)
        for layer in ("lower", "upper", "work", "merged"):
            (top / layer).mkdir()
        layers = f"lowerdir={top}/lower,upperdir={top}/upper,workdir={top}/work"
        mount = ["mount", "-t", "overlay", "overlay", "-o", layers, str(top / "merged")]
        tried = subprocess.run(["unshare", "--mount", *mount], check=False, capture_output=True)
    return "vfs" if tried.returncode else "overlay2"
