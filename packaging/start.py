"""The frozen program's first line: the same entry as the console script."""

import sys

from imagexplorer.cli import main

if __name__ == "__main__":
    sys.exit(main())
