"""`python -m imagexplorer`."""

from __future__ import annotations

import sys

from imagexplorer.cli import main

if __name__ == "__main__":
    sys.exit(main())
