"""Where an export goes: a new folder or file, which appears only when it is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from base.errors import SettingsError


def free(path: Path) -> Path:
    """The path, if nothing is lost by writing there.

    Raises:
        SettingsError: it exists (a folder may, if it is empty), or there is no folder for it.
    """
    if path.is_dir() and not any(path.iterdir()):
        return path
    if path.exists():
        raise SettingsError(f"{path} exists already", remedy="Name a new file or folder.")
    if not path.absolute().parent.is_dir():
        raise SettingsError(
            f"there is no folder {path.absolute().parent}", remedy="Make it, or name another."
        )
    return path


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """A folder beside `path`, for the owner's eyes, that becomes it at the end of the block."""
    with _part(free(path)) as part:
        part.mkdir(mode=0o700)
        yield part
        if path.is_dir():
            path.rmdir()
        part.rename(path)


@contextmanager
def files(*paths: Path) -> Iterator[list[Path]]:
    """Files beside `paths`, for the owner's eyes, that become them at the end of the block."""
    parts = [_name(free(path)) for path in paths]
    try:
        yield parts
        for part, path in zip(parts, paths, strict=True):
            part.chmod(0o600)
            part.replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


@contextmanager
def _part(path: Path) -> Iterator[Path]:
    part = _name(path)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _name(path: Path) -> Path:
    return path.absolute().with_name(f".{path.name}.{os.getpid()}.part")
