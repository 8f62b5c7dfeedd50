"""Feeds damaged files to every reader, for minutes or hours; never part of CI. Start it by `python -m tests.fuzz`."""
