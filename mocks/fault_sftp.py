"""Faults of a file server: of its connections, and of a file while it is read."""

from __future__ import annotations

OF_CONNECTIONS = frozenset({"host_key_changed", "refused", "key_unknown", "closed_at_the_door"})
"""The host shows another key; the connection is closed before a word; the user's key is unknown;
the connection is closed while the user's key is looked at."""

OF_FILES = frozenset(
    {"reset", "truncated", "slow_drip", "replaced", "forbidden", "not_found", "server_error"}
)
"""The connection breaks in the middle; the file ends before its size; a pause before each read;
another version takes its place; no permission; no such file; the server fails."""

OF_SFTP = tuple(sorted(OF_CONNECTIONS | OF_FILES))
