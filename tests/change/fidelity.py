"""Publish a port of containers of many kinds, and count what is different afterwards.

    fidelity.py [28.5] [20.10] [podman]

One row a kind, one column an engine: leaves of `docker inspect` that were compared, and those that
differ beyond what must. Exit code 1 when any does.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "engine"), str(HERE.parent / "engines")]

import engine_daemon  # noqa: E402 -- found by the line above
from engine_http import Api  # noqa: E402
from engine_layout import engine_named, engines_dir  # noqa: E402
from engine_podman import podman  # noqa: E402
from kinds import Compared, compare_kinds  # noqa: E402
from live_world import LiveWorld  # noqa: E402
from pytest_engines import network_of  # noqa: E402

TARGETS = ("28.5", "20.10", "podman")


@contextmanager
def engine_of(target: str) -> Iterator[tuple[Api, str]]:
    """An engine for as long as the block lasts, which runs in its network: client and address."""
    if target == "podman":
        with podman(engines_dir()) as service, network_of(service.netns):
            yield service.api, service.host
        return
    engine = engine_named(target, engines_dir())
    user = engine_daemon.in_use(engine)
    ran = engine_daemon.state(engine).version is not None
    try:
        engine_daemon.up(engine)
        assert engine.netns is not None
        with network_of(engine.netns):
            yield Api(engine.socket), engine.host
    finally:
        engine_daemon.leave(engine, user, end=not ran)


def measure(target: str) -> list[Compared]:
    """Every kind on one engine."""
    prefix = f"t{secrets.token_hex(3)}-"
    with engine_of(target) as (api, host), TemporaryDirectory(prefix="fidelity-") as folder:
        try:
            return list(compare_kinds(LiveWorld(api, host, prefix, Path(folder))))
        finally:
            api.remove_named(prefix)


def _cell(one: Compared) -> str:
    return "-" if one.impossible else f"{one.leaves}/{len(one.wrong)}"


def main() -> int:
    """Print the table; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    targets = parser.parse_args().targets or list(TARGETS)
    if unknown := set(targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    found = {target: measure(target) for target in targets}
    first = found[targets[0]]
    width = max(len(one.kind) for one in first)
    print("leaves compared / different".ljust(width), *(f"{t:>10}" for t in targets), sep="  ")
    for number, one in enumerate(first):
        cells = (_cell(found[t][number]) for t in targets)
        print(one.kind.ljust(width), *(f"{cell:>10}" for cell in cells), sep="  ")
    sums = (
        f"{sum(c.leaves for c in found[t])}/{sum(len(c.wrong) for c in found[t])}" for t in targets
    )
    print("all".ljust(width), *(f"{cell:>10}" for cell in sums), sep="  ")
    for target in targets:
        for one in found[target]:
            if one.impossible:
                print(f"{target}: {one.kind}: cannot be made there: {one.impossible}")
            for line in one.wrong:
                print(f"{target}: {one.kind}: {line}")
    return 1 if any(one.wrong for each in found.values() for one in each) else 0


if __name__ == "__main__":
    sys.exit(main())
