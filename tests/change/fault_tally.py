"""Count what was injected and what was survived, and print it as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Of one engine: survived and injected by kind, what was wrong, and times by what they are."""

    counts: dict[str, list[int]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, kind: str, where: str, wrong: Sequence[str]) -> None:
        """Count one injection; it was survived when nothing is wrong."""
        count = self.counts.setdefault(kind, [0, 0])
        count[1] += 1
        if wrong:
            self.failures.append(f"{kind}, {where}: {'; '.join(wrong)}")
        else:
            count[0] += 1

    def took(self, what: str, seconds: float) -> None:
        """Note a time."""
        self.seconds.setdefault(what, []).append(seconds)


def table(tallies: Mapping[str, Tally]) -> str:
    """Survived of injected, one row a kind and one column an engine; then times, then failures."""
    kinds = list(dict.fromkeys(kind for tally in tallies.values() for kind in tally.counts))
    width = max(map(len, [*kinds, "all"]))
    lines = ["".ljust(width) + "".join(f"  {name:>11}" for name in tallies)]
    for kind in kinds:
        cells = (tally.counts.get(kind) for tally in tallies.values())
        lines.append(kind.ljust(width) + "".join(f"  {_cell(cell):>11}" for cell in cells))
    totals = (
        [sum(c[i] for c in tally.counts.values()) for i in (0, 1)] for tally in tallies.values()
    )
    lines.append("all".ljust(width) + "".join(f"  {_cell(total):>11}" for total in totals))
    for name, tally in tallies.items():
        lines += [f"{name}: {what}: {_spread(times)}" for what, times in tally.seconds.items()]
        lines += [f"{name}: NOT SURVIVED: {failure}" for failure in tally.failures]
    return "\n".join(lines)


def _cell(count: Sequence[int] | None) -> str:
    return "" if count is None else f"{count[0]}/{count[1]}"


def _spread(times: Sequence[float]) -> str:
    ordered = sorted(times)
    middle, high = (
        ordered[len(ordered) // 2],
        ordered[min(len(ordered) - 1, len(ordered) * 19 // 20)],
    )
    return f"median {middle:.2f} s, 95 % under {high:.2f} s, n={len(ordered)}"
