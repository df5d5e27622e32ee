"""Break changes of ports in every way there is, and count what was survived.

    faults.py [memory] [28.5] [20.10] [--sample N]

memory breaks every call in every kind of container; an engine's version does it on a real one,
which is fetched and started where it does not run. --sample N breaks every Nth call only.
Exit code 1 when anything was not survived.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "engines")]

import engine_daemon  # noqa: E402 -- found by the line above
from engine_layout import engine_named, engines_dir  # noqa: E402
from fault_injection import Kind  # noqa: E402
from fault_runs import crash_twice, points_of, survive  # noqa: E402
from fault_tally import Tally, table  # noqa: E402
from fault_worlds import WORLDS  # noqa: E402
from live_faults import LiveFaults  # noqa: E402
from pytest_engines import LiveEngine, network_of  # noqa: E402

TARGETS = ("memory", "28.5", "20.10")


def in_memory(stride: int) -> Tally:
    """Every kind of fault at every call, in every kind of container; and crashes of recoveries."""
    tally = Tally()
    for name in WORLDS:
        _say("memory", name)
        numbered = list(enumerate(points_of(name)))[::stride]
        for kind, (at, point) in itertools.product(Kind, numbered):
            tally.add(kind.value, f"{name}, {point}", survive(name, at, kind))
        for at, point in numbered[::3]:
            tally.add("crash, then crash again", f"{name}, {point}", list(crash_twice(name, at)))
    return tally


def on_engine(version: str, stride: int) -> Tally:
    """Every kind of fault on a real engine, inside its network."""
    engine = engine_named(version, engines_dir())
    user = engine_daemon.in_use(engine)
    ran = engine_daemon.state(engine).version is not None
    try:
        engine_daemon.up(engine)
        assert engine.netns is not None
        live = LiveEngine(version, engine.host, engine.netns, engine.dir)
        with network_of(engine.netns), TemporaryDirectory(prefix="faults-") as folder:
            faults = LiveFaults(live, Path(folder), stride)
            return faults.run(lambda kind: _say(version, kind))
    finally:
        engine_daemon.leave(engine, user, end=not ran)


def _say(target: str, what: str) -> None:
    print(f"{target}: {what}", file=sys.stderr, flush=True)


def main() -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="memory, 28.5, 20.10")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth call only")
    options = parser.parse_args()
    targets = options.targets or list(TARGETS)
    if unknown := set(targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    tallies: dict[str, Tally] = {}
    for target in targets:
        if target == "memory":
            tallies[target] = in_memory(options.sample)
        else:
            tallies[target] = on_engine(target, options.sample)
    print(table(tallies))
    return 1 if any(tally.failures for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
