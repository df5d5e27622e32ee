"""What compose and the engine refused is an error, and what they took is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_OBSERVED = Path(__file__).parents[1] / "compose" / "observed.jsonl"
_BREAKS = {f"PM00{number}" for number in range(1, 9)} | {"PM010"}
# Refused by that engine's host, not for what is in the file: no such address there, no SCTP.
_OF_THE_HOST = {"PS015", "PS036", "PS040", "PS051", "PS140", "PS341", "PS391", "PS572", "PS577"}
# It comes up, with tcp bound where udp is written.
_MISREAD = {"PS513"}


def _rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in _OBSERVED.read_text().splitlines()]


@pytest.mark.parametrize("seen", _rows(), ids=lambda seen: seen["id"])
def test_the_verdict_is_that_of_compose_and_engine(
    check: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch, seen: dict[str, Any]
) -> None:
    for name, value in seen.get("env", {}).items():
        monkeypatch.setenv(name, value)
    found = check(seen["yaml"])
    told = {f.rule for f in found if f.severity == "error" and f.rule in _BREAKS}
    broken = not seen["accept"] or seen["stage"] not in {"ok", "skipped-large"}
    if seen["id"] in _OF_THE_HOST:
        broken = False
    if seen["id"] in _MISREAD:
        broken = True
    assert bool(told) is broken, (seen["yaml"], told)
