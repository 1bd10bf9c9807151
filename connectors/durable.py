"""Files that are either whole on the disk or not there: written aside, synced, then renamed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from base.failpoint import failpoint


def write_durably(path: Path, data: bytes | memoryview) -> None:
    """Put `data` at `path`, on the disk when this returns; readable by the owner alone.

    The file is written beside its place and synced, renamed, and then its folder is synced
    (rename alone survives a crash of the process, not of the machine).

    Raises:
        OSError: disk full, no permission; nothing is left at `path`, nor beside it.
    """
    make_folder(path.parent)
    aside = path.with_name(f".{path.name}.tmp")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        failpoint("archive.written")
        aside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    failpoint("archive.renamed")
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each entry synced in the folder that holds it."""
    if path.is_dir():
        return
    make_folder(path.parent)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Put a folder's entries on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
