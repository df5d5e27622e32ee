"""Run the checks side by side, and hand on each result as it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.registry import CHECKS
from manager.doctor.result import CheckResult

_THREADS = 4
"""A resolver that waits for DNS, or a slow engine, keeps one of them and not the rest."""


def examine(facts: Examination, checks: Sequence[Check] = CHECKS) -> Iterator[CheckResult]:
    """The results of all checks, each check's together, in the order in which they end."""
    pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="pmap-doctor")
    try:
        for future in as_completed([pool.submit(check.results, facts) for check in checks]):
            yield from future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def in_order(results: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """The results in the order of the registry, those of one check as they came."""
    places = {check.id: place for place, check in enumerate(CHECKS)}
    return tuple(sorted(results, key=lambda result: places.get(result.check, len(places))))
