"""`python -m manager` is `pmap`."""

import sys

from manager.cli.main import program

if __name__ == "__main__":
    sys.exit(program())
