"""The members of a ZIP, one after the other; nothing is unpacked to disk, and no bomb goes off.

A ZIP that cannot be opened, or is a bomb as a whole, is an error. A member that cannot be used is
given with its fault, and the others are read all the same.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from base.errors import ReadError
from connectors.transports.xmlsafe import MIB, XmlFault

COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1
UTF_8_NAME = 0x800
END = b"PK\x05\x06"
LONGEST_END = 22 + 0xFFFF
IN_ZIP64 = 0xFFFF
RATIO_FROM = MIB
"""A member smaller than this may be packed as tightly as it likes."""


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What a ZIP may hold: members, bytes in all when unpacked, and how many times its size."""

    members: int = 200_000
    total: int = 4096 * MIB
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Member:
    """One member by its place in the ZIP; `fault` says why it must not be read."""

    index: int
    name: str
    size: int
    info: zipfile.ZipInfo
    fault: XmlFault | None = None


class ZipMembers:
    """A ZIP's members in the order of its directory.

    Args:
        file: the ZIP; must be seekable.
        name: what messages call it.

    Raises:
        ReadError: it is no ZIP, breaks off, or is a bomb as a whole.
    """

    def __init__(self, file: IO[bytes], name: str, limits: ZipLimits = ZipLimits()) -> None:
        self.name = name
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise ReadError(
                f"{name} is no complete ZIP: {error}",
                remedy="Nothing of it was taken; the next run reads it again",
            ) from None
        listed = self._zip.infolist()
        if (said := _members_said(file)) not in (None, len(listed)):
            raise ReadError(
                f"{name} is broken: its directory names {len(listed)} members and says {said}",
                remedy="Nothing of it was taken; the next run reads it again",
            )
        infos = [info for info in listed if info.file_size or not info.is_dir()]
        total = sum(info.file_size for info in infos)
        if len(infos) > limits.members or total > limits.total:
            raise ReadError(
                f"{name} holds {len(infos):,} members of {total:,} bytes in all, more than"
                f" {limits.members:,} or {limits.total:,}",
                remedy="Ask the system's owner whether that is meant",
            )
        self.members = self._checked(infos)

    def _checked(self, infos: list[zipfile.ZipInfo]) -> list[Member]:
        seen: set[str] = set()
        found = []
        for index, info in enumerate(infos):
            name = member_name(info)
            fault = self._fault(info, name)
            if fault is None and name in seen:
                fault = XmlFault("duplicate_name", "the ZIP holds another member of this name")
            seen.add(name)
            found.append(Member(index, shown_name(name), info.file_size, info, fault))
        return found

    def _fault(self, info: zipfile.ZipInfo, name: str) -> XmlFault | None:
        if not is_safe_name(name) or not is_safe_name(info.orig_filename):
            return XmlFault("path_traversal", "the member's name leads out of the ZIP")
        if stat.S_ISLNK(info.external_attr >> 16):
            return XmlFault("link", "the member is a link")
        if info.flag_bits & ENCRYPTED:
            return XmlFault("encrypted", "the member is encrypted")
        if info.compress_type not in COMPRESSIONS:
            return XmlFault("compression", f"the compression {info.compress_type} is not read")
        if info.file_size > max(RATIO_FROM, info.compress_size * self._limits.ratio):
            return XmlFault(
                "zip_bomb",
                f"the member unpacks to {info.file_size:,} bytes,"
                f" more than {self._limits.ratio} times its size",
            )
        return None

    def open(self, member: Member) -> IO[bytes]:
        """A member's bytes, as a stream.

        Raises:
            XmlFault: it cannot be opened.
        """
        try:
            return self._zip.open(member.info)
        except (zipfile.BadZipFile, RuntimeError, ValueError, OSError, EOFError) as error:
            raise _broken(error) from None

    def read(self, member: Member, limit: int) -> bytes:
        """A member's bytes, at most `limit` and one.

        Raises:
            XmlFault: it is broken (CRC, deflate, end of file).
        """
        try:
            with self.open(member) as stream:
                return stream.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError) as error:
            raise _broken(error) from None

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)


def _members_said(file: IO[bytes]) -> int | None:
    """How many members the end of the directory counts (APPNOTE 4.3.16); None where it cannot say.

    A name of a wrong length swallows the entry behind it, and nothing else tells of that.
    """
    file.seek(0, 2)
    file.seek(max(0, file.tell() - LONGEST_END))
    tail = file.read(LONGEST_END)
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + 12:
        return None
    said = int.from_bytes(tail[at + 10 : at + 12], "little")
    return None if said == IN_ZIP64 else said


def _broken(error: Exception) -> XmlFault:
    crc = "CRC" in str(error)
    what = "its checksum is wrong" if crc else "it cannot be unpacked"
    return XmlFault("broken_member", f"the member is broken: {what}")


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; one without the mark for UTF-8 is read as Windows writes it (CP932)."""
    if info.flag_bits & UTF_8_NAME or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return info.filename


def is_safe_name(name: str) -> bool:
    """Whether a name stays inside the ZIP: relative, no `..`, no drive, no control character."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return (
        bool(parts)
        and name.isprintable()
        and not name.startswith(("/", "\\"))
        and ".." not in parts
        and ":" not in parts[0]
    )


def shown_name(name: str) -> str:
    """A name as messages and keys may hold it."""
    return "".join(char if char.isprintable() else "?" for char in name)[-120:]
