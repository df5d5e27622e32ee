"""Timing of whole commands, in turns: A B C A B C ..., so that a drifting machine hits all alike.

A ratio is taken round by round against the first command, and its median is what counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Contender:
    """One command in the race. `times` fills with wall seconds, one a round."""

    name: str
    command: Sequence[str]
    times: list[float] = field(default_factory=list)
    failed: str = ""

    @property
    def median(self) -> float:
        """Median wall seconds."""
        return statistics.median(self.times)


def race(
    contenders: Sequence[Contender],
    *,
    rounds: int,
    environ: Mapping[str, str] | None = None,
    cwd: str | None = None,
    accepted: frozenset[int] = frozenset({0, 1}),
) -> None:
    """Run every command once to warm up and then `rounds` times, in turns.

    A command whose exit code is not `accepted` is taken out and says why.
    """
    env = dict(os.environ if environ is None else environ)
    # The warm-up round leaves compiled modules behind, as an installed program has them.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    for round_ in range(rounds + 1):
        for contender in contenders:
            if contender.failed:
                continue
            begin = time.perf_counter()
            done = subprocess.run(
                contender.command, env=env, cwd=cwd, capture_output=True, check=False
            )
            seconds = time.perf_counter() - begin
            if done.returncode not in accepted:
                tail = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
                contender.failed = f"exit {done.returncode} {' '.join(tail)}"
            elif round_ > 0:
                contender.times.append(seconds)


def table(title: str, contenders: Sequence[Contender]) -> str:
    """The race as text: milliseconds, and the ratio to the first command round by round."""
    base = contenders[0]
    lines = [f"\n{title}", f"  {'command':<44} {'ms':>8} {'ratio':>7}"]
    for contender in contenders:
        if contender.failed:
            lines.append(f"  {contender.name:<44} {contender.failed}")
            continue
        ratios = [a / b for a, b in zip(contender.times, base.times, strict=False)]
        ratio = statistics.median(ratios) if ratios else float("nan")
        lines.append(f"  {contender.name:<44} {contender.median * 1000:8.0f} {ratio:7.2f}")
    return "\n".join(lines)
