"""Frozen records and pure functions: the domain. Knows nothing of files, sockets, Qt or docker."""
