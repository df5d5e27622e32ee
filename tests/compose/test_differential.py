"""A sample of differential.py, which is run by hand for thousands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_random_projects_read_as_compose_reads_them() -> None:
    script = Path(__file__).with_name("differential.py")
    ran = subprocess.run(
        [sys.executable, str(script), "150", "17"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert ran.stdout.endswith(" 0 different\n")


def test_the_command_lists_what_compose_says() -> None:
    script = Path(__file__).with_name("differential.py")
    ran = subprocess.run(
        [sys.executable, str(script), "40", "18", "ls"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert ran.stdout.endswith(" 0 different\n")
