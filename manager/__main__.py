"""`python -m manager` is `pmap`."""

import sys

from manager.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
