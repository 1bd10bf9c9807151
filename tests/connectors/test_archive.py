"""The raw archive: whole or not there, and the same bytes back."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from base.errors import ArchiveError
from connectors.archive import Archive

RAWS = [b'{"a":1.10}', b"\x82\xa0\x00", b""]
HASHES = [hashlib.sha256(raw).digest()[:16] for raw in RAWS]


def write(archive: Archive, number: int = 7, raws: list[bytes] = RAWS) -> Path:
    return archive.write(
        "subsidy", "programs", number, keys=["a", "b", "c"], raws=raws, hashes=HASHES
    )


def test_bytes_come_back_as_they_went_in(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    path = write(archive)
    assert path == Path("subsidy/programs/00000007.parquet")
    frame = archive.read(str(path))
    assert frame["raw"].to_list() == RAWS
    assert frame["hash"].to_list() == HASHES
    assert frame["key"].to_list() == ["a", "b", "c"]
    assert frame["position"].to_list() == [0, 1, 2]


def test_the_same_batch_makes_the_same_file_and_replaces_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = (tmp_path / write(archive)).read_bytes()
    write(archive, raws=[b"1", b"2", b"3"])
    assert (tmp_path / write(archive)).read_bytes() == first
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["00000007.parquet"]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    path = archive.folder / write(archive)
    assert path.stat().st_mode & 0o077 == 0
    assert archive.folder.stat().st_mode & 0o077 == 0


def test_data_is_synced_before_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append("sync folder" if target.is_dir() else "sync file")
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(self, target)

    archive = Archive(tmp_path)
    write(archive, 1)
    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    write(archive, 2)
    assert steps == ["sync file", "rename", "sync folder"]


def test_a_full_disk_leaves_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    """A real limit on file size: the kernel refuses the write, as it does on a full disk."""
    program = textwrap.dedent(
        f"""
        import os, resource, sys
        from pathlib import Path
        from base.errors import ArchiveError
        from connectors.archive import Archive

        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        raws = [os.urandom(4000) for _ in range(3)]
        try:
            Archive(Path({str(tmp_path)!r})).write(
                "subsidy", "programs", 1, keys=list("abc"), raws=raws, hashes=[b""] * 3
            )
        except ArchiveError as error:
            print(error)
            sys.exit(3)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert "subsidy.programs: the disk of the raw archive is full. Make room" in done.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_in_the_way_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "subsidy").write_text("in the way")
    with pytest.raises(ArchiveError, match="cannot be written"):
        write(Archive(tmp_path))


def test_a_missing_or_foreign_file_is_a_clear_error(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    for name in ("x.parquet", "y.parquet"):
        with pytest.raises(ArchiveError, match=f"{name}.*[.] Restore .* from its backup$"):
            archive.read(name)


def test_attachments_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    digest = archive.put_attachment(b"%PDF-1.4")
    assert digest == hashlib.sha256(b"%PDF-1.4").hexdigest() == archive.put_attachment(b"%PDF-1.4")
    assert archive.attachment(digest) == b"%PDF-1.4"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "ABC"])
def test_an_attachment_that_is_not_there(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ArchiveError):
        Archive(tmp_path).attachment(digest)
