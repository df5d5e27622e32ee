"""The benchmarks that need an engine. Run inside its network namespace, DOCKER_HOST set."""

from __future__ import annotations

import http.client
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine_http import Api
from pair import Contender, race, table

BIN = Path(sys.executable).parent
PREFIX = "bench-"


def ls(rounds: int, peers: Path) -> None:
    """`pmap ls` beside docker ps, the SDK and portsight, at 10, 100 and 1,000 containers."""
    api = _api()
    for count in (10, 100, 1000):
        with _created(api, count):
            contenders = [Contender("python -c 'import docker'", _python("import docker"))]
            if shutil.which("docker"):
                contenders.insert(0, Contender("docker ps -a", ["docker", "ps", "-a"]))
            contenders += [
                Contender("pmap ls", [str(BIN / "pmap"), "ls"]),
                Contender("pmap ls -a", [str(BIN / "pmap"), "ls", "-a"]),
                Contender("SDK APIClient.containers(all=True)", _python(_LOW_LEVEL)),
                Contender("SDK containers.list(all=True)", _python(_HIGH_LEVEL)),
            ]
            if (peers / "bin" / "portsight").exists():
                contenders.append(Contender("portsight", [str(peers / "bin" / "portsight")]))
            race(contenders, rounds=rounds if count < 1000 else max(2, rounds // 3))
            print(table(f"listing, {count} containers created", contenders))


_LOW_LEVEL = "import docker; docker.from_env().api.containers(all=True)"
_HIGH_LEVEL = "import docker; docker.from_env().containers.list(all=True)"


def downtime(rounds: int, peers: Path) -> None:
    """The longest time without an answer while a container's port is changed, by each way."""
    del peers
    api = _api()
    ways: dict[str, Callable[[int], None]] = {
        "pmap publish": _by_pmap,
        "docker stop; rm; run": _by_hand,
        "edit; docker compose up -d": _by_compose,
    }
    gaps: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, change in ways.items():
            gaps[name].append(_gap(api, change, compose=change is _by_compose))
    print("\ndowntime of a publish on the same container, ms (median, min, max)")
    for name, seen in gaps.items():
        ms = [gap * 1000 for gap in seen]
        print(f"  {name:<30} {statistics.median(ms):7.0f} {min(ms):7.0f} {max(ms):7.0f}")


def _gap(api: Api, change: Callable[[int], None], *, compose: bool) -> float:
    """Seconds of the longest silence on port 7700, asked every millisecond, during the change."""
    if compose:
        _compose("up", extra=False)
    else:
        _docker("run", "-d", "--name", f"{PREFIX}web", "-p", "127.0.0.1:7700:80", "pmap/web")
    answers: list[float] = []
    stop = threading.Event()
    poller = threading.Thread(target=_poll, args=(answers, stop), daemon=True)
    poller.start()
    try:
        _until(lambda: len(answers) > 20)
        change(7701)
        seen = len(answers)
        _until(lambda: len(answers) > seen + 20)
    finally:
        stop.set()
        poller.join()
        api.remove_named(PREFIX)
    return max(b - a for a, b in itertools.pairwise(answers))


def _poll(answers: list[float], stop: threading.Event) -> None:
    while not stop.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", 7700, timeout=1)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                answers.append(time.perf_counter())
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        stop.wait(0.001)


def _until(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise SystemExit("the benchmark's container does not answer")
        time.sleep(0.005)


def _by_pmap(port: int) -> None:
    subprocess.run(
        [str(BIN / "pmap"), "publish", f"{PREFIX}web", f"{port}:80", "-y"],
        check=True,
        capture_output=True,
    )


def _by_hand(port: int) -> None:
    _docker("stop", f"{PREFIX}web")
    _docker("rm", f"{PREFIX}web")
    publish = ["-p", "127.0.0.1:7700:80", "-p", f"127.0.0.1:{port}:80"]
    _docker("run", "-d", "--name", f"{PREFIX}web", *publish, "pmap/web")


def _by_compose(_port: int) -> None:
    _compose("up", extra=True)


def _compose(*words: str, extra: bool) -> None:
    more = '\n      - "127.0.0.1:7701:80"' if extra else ""
    text = (
        f'services:\n  web:\n    image: pmap/web\n    ports:\n      - "127.0.0.1:7700:80"{more}\n'
    )
    command = [str(BIN / "docker-compose"), "-p", f"{PREFIX}c", "-f", "-", *words, "-d"]
    subprocess.run(command, input=text.encode(), check=True, capture_output=True)


def _docker(*words: str) -> None:
    subprocess.run(["docker", *words], check=True, capture_output=True)


@contextmanager
def _created(api: Api, count: int) -> Iterator[None]:
    """That many containers, created and not started, each with a port."""
    for number in range(count):
        body = {
            "Image": "pmap/web",
            "ExposedPorts": {"80/tcp": {}},
            "HostConfig": {
                "PortBindings": {
                    "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(20000 + number)}]
                }
            },
        }
        api.call("POST", "/containers/create", {"name": f"{PREFIX}{number}"}, body)
    try:
        yield
    finally:
        api.remove_named(PREFIX)


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def _api() -> Api:
    return Api(Path(os.environ["DOCKER_HOST"].removeprefix("unix://")), timeout=300)
