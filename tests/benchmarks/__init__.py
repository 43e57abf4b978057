"""Figures beside yardsticks that anyone has: `python -m tests.benchmarks`. Nothing here is run by the test suite."""
