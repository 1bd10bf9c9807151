"""`hub export gif`: businesses as GIF XML or JSON, applications as JSON, and a report beside them.

Everything is streamed: memory holds one page of businesses, however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Literal

from lxml import etree

from canonical.store.database import Database
from hub.exports import target
from hub.exports.applications import applications
from hub.exports.gif_xml import Xsd, document, element, envelope
from hub.exports.golden import golden_records
from hub.exports.legal_entity import Converted, Tree, converted
from hub.exports.report import Report

Format = Literal["xml", "json"]
FILES: dict[str, Format] = {".xml": "xml", ".json": "json", ".jsonl": "json"}
"""The endings of a file's name, and the format that each one asks for."""

_PER_FOLDER = 1000


@dataclass(frozen=True, slots=True)
class GifExport:
    """What is to be exported, and how.

    Attributes:
        parties: these alone; None for all.
        limit: at most this many businesses, and as many applications.
        scopes: whose confidential records take part in the businesses.
        personal: natural persons, and what is personal of corporations, are exported too.
        xsd: the official schema that each business in XML must be valid against, if given.
    """

    format: Format
    parties: Sequence[int] | None = None
    limit: int | None = None
    scopes: Collection[str] = ()
    personal: bool = False
    xsd: Path | None = None


def export(database: Database, out: Path, wanted: GifExport, now: datetime) -> Report:
    """Write the export to a new folder, or to a new file where the name has one of FILES' endings.

    A folder has one document a business (XML) or `businesses.jsonl`, and `applications.jsonl`;
    a file has the businesses alone. The report stands in `report.json` and `not-held.jsonl`, or
    beside the file under its name.

    Raises:
        SettingsError: `out` exists, or the XSD cannot be read.
    """
    run = _Run(database, wanted, Xsd(wanted.xsd) if wanted.xsd else None, now)
    return run.into_file(out) if out.suffix in FILES else run.into_folder(out)


@dataclass(frozen=True, slots=True)
class _Run:
    database: Database
    wanted: GifExport
    xsd: Xsd | None
    now: datetime

    def into_folder(self, out: Path) -> Report:
        with target.folder(out) as part, ExitStack() as opened:
            report = self.report(opened.enter_context(_text(part / "not-held.jsonl")))
            if self.wanted.format == "xml":
                self.write_documents(part / "businesses", report)
            else:
                self.write_lines(opened.enter_context(_text(part / "businesses.jsonl")), report)
            self.write_applications(
                opened.enter_context(_text(part / "applications.jsonl")), report
            )
            _write_report(part / "report.json", report)
        return report

    def into_file(self, out: Path) -> Report:
        beside = [out.with_name(out.name + end) for end in (".not-held.jsonl", ".report.json")]
        with target.files(out, *beside) as (whole, lines, summary), ExitStack() as opened:
            report = self.report(opened.enter_context(_text(lines)))
            if self.wanted.format == "xml":
                with whole.open("xb") as file:
                    file.writelines(envelope(one for _, one in self.elements(report)))
            elif out.suffix == ".json":
                self.write_array(opened.enter_context(_text(whole)), report)
            else:
                self.write_lines(opened.enter_context(_text(whole)), report)
            _write_report(summary, report)
        return report

    def report(self, lines: IO[str]) -> Report:
        about = {
            "made_at": self.now.isoformat(timespec="seconds"),
            "format": self.wanted.format,
            "personal": self.wanted.personal,
            "scopes": sorted(self.wanted.scopes),
            "validated_against": self.wanted.xsd.name if self.wanted.xsd else None,
        }
        return Report(lines, about)

    def businesses(self, report: Report) -> Iterator[Converted]:
        """The businesses that can be told of."""
        wanted = self.wanted
        for golden in golden_records(
            self.database, parties=wanted.parties, limit=wanted.limit, scopes=wanted.scopes
        ):
            one = converted(golden, personal=wanted.personal)
            if one.left_out:
                report.leave_out(one.party_id, one.left_out)
                continue
            for name, reason in one.unheld.items():
                report.lack(one.party_id, name, reason)
            yield one

    def elements(self, report: Report) -> Iterator[tuple[int, etree._Element]]:
        """The businesses in XML that fit a pattern, and the XSD if there is one."""
        for one in self.businesses(report):
            found, unheld = element(one.tree)
            if found is None:
                report.leave_out(one.party_id, unheld.pop("LegalEntity"))
                continue
            if self.xsd and (faults := self.xsd.faults(found)):
                report.invalid += 1
                report.leave_out(one.party_id, f"not valid: {faults[0]}")
                continue
            for name, reason in unheld.items():
                report.lack(one.party_id, name, reason)
            report.told[etree.QName(found).localname] += 1
            yield one.party_id, found

    def write_documents(self, folder: Path, report: Report) -> None:
        folder.mkdir()
        for number, (party_id, found) in enumerate(self.elements(report)):
            shelf = folder / f"{number // _PER_FOLDER:04}"
            if number % _PER_FOLDER == 0:
                shelf.mkdir()
            (shelf / f"{party_id}.xml").write_bytes(document(found))

    def trees(self, report: Report) -> Iterator[Tree]:
        for one in self.businesses(report):
            report.told["LegalEntity"] += 1
            yield one.tree

    def write_lines(self, file: IO[str], report: Report) -> None:
        file.writelines(_json(tree) + "\n" for tree in self.trees(report))

    def write_array(self, file: IO[str], report: Report) -> None:
        begins = chain(["[\n"], iter(lambda: ",\n", None))
        begun = False
        for begin, tree in zip(begins, self.trees(report), strict=False):
            file.write(begin + _json(tree))
            begun = True
        file.write("\n]\n" if begun else "[]\n")

    def write_applications(self, file: IO[str], report: Report) -> None:
        wanted = self.wanted
        for one in applications(
            self.database, parties=wanted.parties, personal=wanted.personal, limit=wanted.limit
        ):
            if one.left_out:
                report.applications_left_out[one.left_out] += 1
                continue
            report.applications += 1
            file.write(_json(one.tree) + "\n")


def _text(path: Path) -> IO[str]:
    return path.open("x", encoding="utf-8", newline="\n")


def _json(tree: Tree) -> str:
    return json.dumps(tree, ensure_ascii=False)


def _write_report(path: Path, report: Report) -> None:
    told = json.dumps(report.as_json(), ensure_ascii=False, indent=2)
    path.write_text(told + "\n", encoding="utf-8")
