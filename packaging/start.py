"""The frozen program's first line: the same entry as the console script, and that of its own worker process."""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        from imagexplorer.indexing.worker import main as work

        work()
    from imagexplorer.cli import main

    sys.exit(main())
