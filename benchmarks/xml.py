"""XML documents of 4 KB in a ZIP: the hub's JSON texts beside xmlschema's `to_dict`.

Both validate: what xmlschema finds valid is read alike, and both refuse the same of some hundred
broken documents. `python -m benchmarks.xml --megabytes 1024` shows that memory does not grow with
a file.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.contenders.__main__ import high_water_mark
from connectors.contracts.xsd import XsdContract
from connectors.keys import KeyReader
from connectors.transports.xmlfiles import XmlReader
from connectors.transports.xmlsafe import XmlFault, parse_document

READERS = ("hub", "to_dict")
FILE, BROKEN = "plans.zip", "mutants.zip"
CONTRACT = Path(__file__).parents[1] / "connectors" / "management_plan" / "plans.xsd"
ELEMENT, ENVELOPE = "経営力向上計画", "計画一覧"
KEY, CURSOR = "管理情報.計画番号", "管理情報.更新日時"
PAGE = 500
MUTANTS = 480
NAMESPACE = "urn:sme-hub:assumed:management-plan:1"
_NUMBER = re.compile("<計画番号>[^<]*</計画番号>")
_DECLARATION = re.compile(r"\A<\?xml[^>]*\?>\n?")


def make(folder: Path, records: int) -> None:
    """`plans.zip`, and `mutants.zip` with documents of which most are broken."""
    documents = _documents(min(records, 2000))
    numbered = (_numbered(documents[n % len(documents)], n) for n in range(records))
    _zip(folder / FILE, numbered)
    _zip(folder / BROKEN, _mutants(documents))


def _documents(most: int) -> list[str]:
    """Documents of a synthetic world in which nothing is wrong, without their declarations."""
    files: Any = import_module("mocks.management_plan.files")
    world: Any = import_module("mocks.world")
    made = files.PlanFiles(world.World(1, 4000))
    spoilt = {one.key for one in made.filings if one.flaws}
    found: list[str] = []
    for day in made.days.values():
        with zipfile.ZipFile(io.BytesIO(made.body(day))) as opened:
            for name in opened.namelist():
                data = opened.read(name)
                if Path(name).stem in spoilt:
                    continue
                code = "cp932" if b"Shift_JIS" in data[:60] else "utf-8"
                found.append(_DECLARATION.sub("", data.decode(code)))
                if len(found) == most:
                    return found
    return found


def _numbered(document: str, number: int) -> bytes:
    text = _NUMBER.sub(f"<計画番号>KP2026-{number:07d}</計画番号>", document)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _mutants(documents: list[str]) -> Iterator[bytes]:
    module: Any = import_module("mocks.management_plan.mutants")
    etree: Any = import_module("lxml.etree")
    rng = Random(7)
    for document in documents[: MUTANTS // 16]:
        for mutant in module.mutants(parse_document(document.encode()), rng, 16):
            yield etree.tostring(mutant, encoding="utf-8", xml_declaration=True)


def _zip(path: Path, documents: Iterator[bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for number, data in enumerate(documents):
            made.writestr(f"{number:07d}.xml", data)


def prepare(reader: str, folder: Path) -> Callable[[], int]:
    """The reader's whole read of the ZIP; the schema is loaded before."""
    if reader == "hub":
        pages = _hub(XsdContract(CONTRACT), folder)
        return lambda: sum(map(len, pages()))
    documents = _to_dict(XsdContract(CONTRACT).schema, folder)
    return lambda: sum(1 for _ in documents())


def _hub(contract: XsdContract, folder: Path) -> Callable[[], Iterator[list[bytes]]]:
    reader = XmlReader(contract.valid_records(ELEMENT), KeyReader.of(KEY, CURSOR), PAGE)

    def pages() -> Iterator[list[bytes]]:
        with (folder / FILE).open("rb") as file:
            for page, _ in reader.pages(file, FILE):
                if page.refused:
                    raise ValueError(f"{len(page.refused)} documents were refused")
                yield page.raws

    return pages


def _to_dict(schema: Any, folder: Path) -> Callable[[], Iterator[Any]]:
    def documents() -> Iterator[Any]:
        for data in _members(folder / FILE):
            yield schema.to_dict(io.BytesIO(data))

    return documents


def _members(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as opened:
        for info in opened.infolist():
            yield opened.read(info)


def compare(folder: Path) -> int:
    """How many values of all documents both give alike, after both judged the mutants alike."""
    contract = XsdContract(CONTRACT)
    refused = sum(_judged(contract, data) for data in _members(folder / BROKEN))
    if refused < 200:
        raise ValueError(f"only {refused} of the documents are broken")
    ours = (json.loads(raw) for raws in _hub(contract, folder)() for raw in raws)
    theirs = _to_dict(contract.schema, folder)()
    return sum(_alike(one, other, "document") for one, other in zip(ours, theirs, strict=True))


def _judged(contract: XsdContract, data: bytes) -> bool:
    """Whether both refuse a document.

    Raises:
        ValueError: one does, and the other does not.
    """
    root = parse_document(data)
    try:
        valid = bool(contract.schema.is_valid(root))
    except (KeyError, OverflowError):  # an xsi:type that names nothing, a year that overflows
        valid = False
    try:
        contract.valid_records(ELEMENT).convert(root)
    except XmlFault as fault:
        if valid:
            raise ValueError(f"the hub alone refuses a document: {fault.message}") from None
        return True
    if not valid:
        raise ValueError("xmlschema alone refuses a document")
    return False


def _alike(ours: Any, theirs: Any, path: str) -> int:
    """How many values are the same; `to_dict` has `@` before attributes and a text under `$`.

    Raises:
        ValueError: names the first field that differs.
    """
    if isinstance(ours, dict):
        if theirs is None and not ours:
            return 1
        found = {name.removeprefix("@"): value for name, value in theirs.items()
                 if not name.startswith(("@xmlns", "@xsi:"))}  # fmt: skip
        if set(found) != set(ours):
            raise ValueError(f"{path} has other fields than to_dict's")
        return sum(_alike(ours[name], found[name], f"{path}.{name}") for name in ours)
    if isinstance(ours, list):
        listed = theirs if isinstance(theirs, list) else [theirs]
        return sum(_alike(one, other, f"{path}[]") for one, other in zip(ours, listed, strict=True))
    if isinstance(theirs, dict) and theirs.get("@xsi:nil"):
        theirs = None
    same = ours in (None, "") if theirs is None else type(theirs)(ours or "") == theirs
    if not same:
        raise ValueError(f"{path} differs from to_dict's")
    return 1


def large(folder: Path, megabytes: int) -> tuple[XmlReader, Path, int]:
    """One file of many plans in an envelope, what reads it, and how many plans it holds."""
    text = CONTRACT.read_text(encoding="utf-8").replace(
        "</xs:schema>",
        f'<xs:element name="{ENVELOPE}"><xs:complexType><xs:sequence>'
        f'<xs:element ref="{ELEMENT}" maxOccurs="unbounded"/>'
        "</xs:sequence></xs:complexType></xs:element></xs:schema>",
    )
    schema = folder / "large.xsd"
    schema.write_text(text, encoding="utf-8")
    documents = [_numbered(one, n).partition(b"?>")[2] for n, one in enumerate(_documents(2000))]
    path, count, size = folder / "large.xml", 0, 0
    with path.open("wb") as file:
        file.write(f'<{ENVELOPE} xmlns="{NAMESPACE}">'.encode())
        while size < megabytes * 1_000_000:
            data = documents[count % len(documents)]
            size += file.write(data)
            count += 1
        file.write(f"</{ENVELOPE}>".encode())
    contract = XsdContract(schema)
    envelope = contract.valid_records(ENVELOPE).tag
    keys = KeyReader.of(KEY, CURSOR)
    return XmlReader(contract.valid_records(ELEMENT), keys, PAGE, envelope), path, count


def main() -> None:
    """Read a file of the size asked for, and say how much memory that took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.xml", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024, help="size of the file (1024)")
    asked = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory(prefix="bench-xml-") as name:
        reader, path, count = large(Path(name), asked)
        before, started = high_water_mark(), time.perf_counter()
        with path.open("rb") as file:
            rows = sum(len(page.keys) for page, _ in reader.pages(file, path.name))
        seconds = time.perf_counter() - started
        size = path.stat().st_size
    if rows != count:
        raise ValueError(f"read {rows} of {count} plans")
    print(
        f"{size / 1e6:,.0f} MB, {rows:,} plans, {rows / seconds:,.0f} plans/s; peak memory"
        f" {high_water_mark() / 1e6:.0f} MB, {before / 1e6:.0f} MB of it before reading"
    )


if __name__ == "__main__":
    main()
