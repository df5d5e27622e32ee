"""Run the checks side by side, and hand on each result as soon as those before it are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.registry import CHECKS
from manager.doctor.result import CheckResult

_THREADS = 4
"""A resolver that waits for DNS, or a slow engine, keeps one of them and not the rest."""


def examine(facts: Examination, checks: Sequence[Check] = CHECKS) -> Iterator[CheckResult]:
    """The results of all checks in the order of `checks`; a check may have none, or several."""
    pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="pmap-doctor")
    try:
        for future in [pool.submit(check.results, facts) for check in checks]:
            yield from future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
