"""Who really reaches a port, as JSON."""

from __future__ import annotations

from typing import Any

from manager.model.verdict import Verdict


def verdict_form(verdict: Verdict) -> dict[str, Any]:
    """Who really reaches a port."""
    return {
        "reach": verdict.reach,
        "neighbours": verdict.neighbours,
        "caveats": list(verdict.caveats),
    }
