"""The documentation of keys is made from the list of actions. PMAP_PICTURES=write writes it."""

from __future__ import annotations

import os
from pathlib import Path

import tui
from tui.presentation.helptext import keys_markdown

KEYS = Path(tui.__file__).parent / "KEYS.md"


def test_the_documented_keys_are_the_keys() -> None:
    if os.environ.get("PMAP_PICTURES") == "write":
        KEYS.write_text(keys_markdown(), encoding="utf-8")
    assert KEYS.read_text(encoding="utf-8") == keys_markdown()
