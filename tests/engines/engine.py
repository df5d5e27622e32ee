"""Real Docker engines for the tests and the demo.

    engine.py up 28.5|20.10|all [--dir DIR] [--host-network]
    engine.py down NAME|all [--purge]
    engine.py status | images NAME | start NAME | restart NAME | kill NAME
    engine.py exec NAME -- COMMAND...

Each engine is unpacked from Debian's packages into the engines folder and runs
in a network namespace of its own: it never meets the machine's own engine.
Exit codes: 0 done, 1 failed, 2 usage, 3 no engine is possible on this machine.
"""

import argparse
import dataclasses
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import engine_daemon
import engine_images
import engine_packages
from engine_http import ApiError
from engine_layout import (
    RECIPES,
    Engine,
    EngineError,
    NoEngineError,
    all_engines,
    engine_named,
    engines_dir,
)
from engine_process import inside


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = _parser().parse_args(arguments)
    folder = engines_dir(options.dir)
    commands: dict[str, Callable[[argparse.Namespace, Path], int]] = {
        "up": _up,
        "down": _down,
        "status": _status,
        "images": _images,
        "start": _start,
        "restart": _restart,
        "kill": _kill,
        "exec": _exec,
    }
    try:
        return commands[options.command](options, folder)
    except NoEngineError as error:
        print(f"no engine possible here: {error}", file=sys.stderr)
        return 3
    except (EngineError, ApiError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--dir", type=Path, help="the engines folder")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, parents=[common])
        if name != "status":
            added.add_argument("name", metavar="NAME")
        return added

    up = command("up", "start an engine, fetching it first where needed; prints one JSON line")
    up.add_argument("--host-network", action="store_true", help="on the host's own network")
    down = command("down", "end an engine and all its traces; its packages stay")
    down.add_argument("--purge", action="store_true", help="also remove its data")
    down.add_argument("--packages", action="store_true", help="also remove its packages")
    command("status", "all engines, as JSON")
    images = command("images", "import the test images again")
    images.add_argument("--host", default="", help="into the engine at this unix:// address")
    command("start", "start the daemon again after a kill")
    command("restart", "stop the daemon in its own time, start it again")
    command("kill", "SIGKILL the daemon alone")
    run = command("exec", "run a command in the engine's network, DOCKER_HOST set")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    return parser


def _up(options: argparse.Namespace, folder: Path) -> int:
    names = list(RECIPES) if options.name == "all" else [options.name]
    wanted = [engine_named(name, folder) for name in names]
    if options.host_network:
        wanted = [dataclasses.replace(engine, host_network=True) for engine in wanted]
        if len(wanted) > 1:
            raise EngineError("one engine at most can have the host's network")
    with ThreadPoolExecutor(len(wanted)) as pool:
        for running in pool.map(engine_daemon.up, wanted):
            _say(running)
    return 0


def _down(options: argparse.Namespace, folder: Path) -> int:
    ending = all_engines(folder) if options.name == "all" else [engine_named(options.name, folder)]

    def one(engine: Engine) -> None:
        engine_daemon.down(engine, purge=options.purge)
        if options.packages:
            shutil.rmtree(engine.packages, ignore_errors=True)

    with ThreadPoolExecutor(len(ending)) as pool:
        list(pool.map(one, ending))
    return 0


def _status(options: argparse.Namespace, folder: Path) -> int:
    del options
    found = [dataclasses.asdict(engine_daemon.state(engine)) for engine in all_engines(folder)]
    print(json.dumps(found, indent=1))
    return 0


def _images(options: argparse.Namespace, folder: Path) -> int:
    if options.host:
        engine = engine_named(options.name, folder)
        engine_packages.fetch(engine)
        socket = Path(options.host.removeprefix("unix://"))
        print(*engine_images.load(engine, into=socket), sep="\n")
    else:
        print(*engine_images.load(_running(options.name, folder), again=True), sep="\n")
    return 0


def _start(options: argparse.Namespace, folder: Path) -> int:
    _say(engine_daemon.start(engine_named(options.name, folder)))
    return 0


def _restart(options: argparse.Namespace, folder: Path) -> int:
    _say(engine_daemon.restart(_running(options.name, folder)))
    return 0


def _kill(options: argparse.Namespace, folder: Path) -> int:
    engine_daemon.kill(engine_named(options.name, folder))
    return 0


def _exec(options: argparse.Namespace, folder: Path) -> int:
    engine = _running(options.name, folder)
    command = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not command:
        raise EngineError("exec: no command is given")
    tools = engine.packages / "bin"
    os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}:{tools}"
    os.environ["DOCKER_HOST"] = engine.host
    line = inside(engine, command)
    try:
        os.execvp(line[0], line)
    except OSError as error:
        raise EngineError(f"{line[0]}: {error.strerror}") from error


def _running(name: str, folder: Path) -> Engine:
    engine = engine_named(name, folder)
    if not engine_daemon.state(engine).version:
        raise EngineError(f"{engine.name} does not run; `engine.py up {engine.version}` starts it")
    return engine


def _say(running: engine_daemon.Running) -> None:
    print(json.dumps(dataclasses.asdict(running)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
