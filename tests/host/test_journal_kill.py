"""kill -9 at any moment: what was acknowledged is there, and nothing is ever half written."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from manager.host.journal_file import JournalFile

KILLS = 40

WRITER = """
import pathlib, sys
from manager.host.journal_file import JournalFile
journal = JournalFile(pathlib.Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    number += 1
    journal.save("change", {"number": number, "body": "x" * 20000, "end": number})
    print(number, flush=True)
    journal.close(f"done{number}", {"number": number})
"""


def test_killed_writers_leave_readable_state(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path / "pmap")
    chance = random.Random(62893)
    number, whole = 0, 0
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(journal.folder), str(number)],
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            acknowledged = int(child.stdout.readline())
            time.sleep(chance.random() * 0.02)  # the moment of the kill is the experiment
            child.send_signal(signal.SIGKILL)
            lines = child.stdout.read().splitlines()
        acknowledged = int(lines[-1]) if lines else acknowledged
        (entry,) = journal.open_entries()
        assert entry["number"] == entry["end"]
        assert entry["number"] in {acknowledged, acknowledged + 1}
        assert len(entry["body"]) == 20000
        history = [record["number"] for record in journal.history()]
        assert history == sorted(history)
        assert history[-1] >= acknowledged - 1
        assert len(history) > whole - 1
        number, whole = entry["number"], len(history)
    assert number > KILLS
