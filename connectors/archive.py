"""The raw archive: every new or changed record as it came, so that it can be mapped again.

One Parquet file (zstd) a batch, `<system>/<stream>/<batch_no>.parquet`; attachments lie in
`attachments/` under their SHA-256. A batch's file is on the disk before its claims are committed.
"""

from __future__ import annotations

import errno
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import polars as pl

from base.errors import ArchiveError
from connectors.durable import write_durably

ATTACHMENTS = "attachments"


class Archive:
    """A folder of raw records and attachments.

    Args:
        folder: made when something is first written, with mode 0700: it holds personal data.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(
        self,
        system: str,
        stream: str,
        batch_no: int,
        *,
        keys: Sequence[str],
        raws: Sequence[bytes],
        hashes: Sequence[bytes],
    ) -> Path:
        """Keep one batch's records; a batch written before under this number is replaced.

        Args:
            hashes: fingerprints of `raws`, 16 bytes each.

        Returns:
            the file's path relative to the archive.

        Raises:
            ArchiveError: the file cannot be written; there is none then.
        """
        frame = pl.DataFrame(
            {
                "position": pl.Series(range(len(keys)), dtype=pl.UInt32),
                "key": pl.Series(keys, dtype=pl.String),
                "hash": pl.Series(hashes, dtype=pl.Binary),
                "raw": pl.Series(raws, dtype=pl.Binary),
            }
        )
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="zstd", compression_level=1)
        path = Path(system, stream, f"{batch_no:08d}.parquet")
        try:
            write_durably(self.folder / path, buffer.getbuffer())
        except OSError as error:
            raise _cannot_write(error, self.folder).located(system=system, stream=stream) from error
        return path

    def read(self, path: str | Path) -> pl.DataFrame:
        """A batch's records: `position` (UInt32), `key`, `hash` (16 bytes), `raw` (bytes).

        Raises:
            ArchiveError: the file is not there, or is not what `write` made.
        """
        place = self.folder / path
        try:
            return pl.read_parquet(place, columns=["position", "key", "hash", "raw"])
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ArchiveError(
                f"the archived batch {PurePosixPath(path)} cannot be read: {error}",
                remedy="Restore the archive's folder from its backup",
            ) from error

    def put_attachment(self, data: bytes) -> str:
        """Keep a file's bytes once; gives their SHA-256 in hex.

        Raises:
            ArchiveError: they cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._attachment(digest)
        if not path.exists():
            try:
                write_durably(path, data)
            except OSError as error:
                raise _cannot_write(error, self.folder) from error
        return digest

    def attachment(self, digest: str) -> bytes:
        """The bytes kept under a SHA-256.

        Raises:
            ArchiveError: there are none.
        """
        try:
            return self._attachment(digest).read_bytes()
        except OSError as error:
            raise ArchiveError(f"no attachment {digest} in the archive") from error

    def _attachment(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ArchiveError("not a SHA-256 in lower-case hex")
        return self.folder / ATTACHMENTS / digest[:2] / digest[2:]


def _cannot_write(error: OSError, folder: Path) -> ArchiveError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        what, mend = "the disk of the raw archive is full", "Make room"
    else:
        what, mend = f"the raw archive cannot be written: {error.strerror}", "Mend permissions"
    remedy = f"{mend} at {folder} and run the sync again; nothing of this batch was stored"
    return ArchiveError(what, remedy=remedy)
