"""Standard streams that whoever started pmap has closed (`>&-`)."""

from __future__ import annotations

import os
import sys


def open_what_is_closed() -> None:
    """Put /dev/null in the place of each: what is written goes nowhere, and nothing is read.

    The numbers 0 to 2 are taken too: the next file to be opened, a journal's, would get one, and
    whatever a child of ours says would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is this one.
            os.open(os.devnull, os.O_RDWR)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Open until the program ends.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
