"""Reading is started by every `pmap check`: it loads yaml and little else."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("docker", "pydantic", "psutil", "textual", "rich", "subprocess", "asyncio", "requests")


def test_nothing_heavy_is_loaded() -> None:
    code = "import sys, manager.compose.project; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert "yaml" in loaded
    assert loaded.isdisjoint(HEAVY)
