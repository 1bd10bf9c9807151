"""A valid plan with one thing changed, each time another: most are broken, and some are not."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from random import Random

from lxml import etree

NAMESPACE = "{urn:sme-hub:assumed:management-plan:1}"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

TEXTS = (
    "", " ", "x", "-1", "0", "+5", "1.5", "1.123", "1e3", "１２", "12,000", "999999999999999999999",
    "99999999999999999999999999999", "2026-02-30", "2026-13", "2026-1", "0000-01", "12026-01",
    "-0001-01", "2026-04Z", "2026-04+09:00", "2026-04-01", "2024-02-29", "2023-02-29",
    "2026-04-01T24:00:00", "2026-04-01T09:00:00", "2026-04-01T09:00:60+09:00", "10000-01-01",
    "2026-04-01T09:00:00.123456789+09:00", "2026-04-01T09:00:00+14:00", "2026-04-01T09:00:00+15:00",
    "認定", "認定 ", "\n法人", "可", "KP2026-0000001", "KP２０２６-0000001", "KP2026-00000012",
    "x" * 61, "あ" * 300, "あ" * 301, "10", "11", "٣",
)  # fmt: skip


def mutants(root: etree._Element, rng: Random, count: int) -> Iterator[etree._Element]:
    """The document with one thing changed, each time another; not all of them are broken."""
    for number in range(count):
        made = deepcopy(root)
        CHANGES[number % len(CHANGES)](made, rng)
        yield made


def _any(root: etree._Element, rng: Random, *, leaf: bool = False) -> etree._Element:
    elements = [e for e in root.iter() if e is not root and not (leaf and len(e))]
    return rng.choice(elements)


def _retext(root: etree._Element, rng: Random) -> None:
    _any(root, rng, leaf=True).text = rng.choice(TEXTS)


def _drop(root: etree._Element, rng: Random) -> None:
    element = _any(root, rng)
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(root: etree._Element, rng: Random) -> None:
    element = _any(root, rng)
    element.addnext(deepcopy(element))


def _swap(root: etree._Element, rng: Random) -> None:
    element = _any(root, rng)
    if (after := element.getnext()) is not None:
        after.addnext(element)


def _rename(root: etree._Element, rng: Random) -> None:
    _any(root, rng).tag = rng.choice(
        (f"{NAMESPACE}氏名", f"{NAMESPACE}金額", "名称", "{urn:x}住所")
    )


def _attribute(root: etree._Element, rng: Random) -> None:
    _any(root, rng).set(rng.choice(("連番", "様式", "x")), rng.choice(TEXTS))


def _unset(root: etree._Element, rng: Random) -> None:
    for element in root.iter(f"{NAMESPACE}設備"):
        element.attrib.pop("連番")
        return


def _nil(root: etree._Element, rng: Random) -> None:
    element = _any(root, rng)
    element.set(f"{{{XSI}}}nil", rng.choice(("true", "1", "false", "yes")))
    if rng.random() < 0.6:
        for child in list(element):
            element.remove(child)
        element.text = None


def _strange(root: etree._Element, rng: Random) -> None:
    name = rng.choice(("type", "schemaLocation", "noNamespaceSchemaLocation"))
    _any(root, rng).set(f"{{{XSI}}}{name}", rng.choice(("計画書", "urn:x x.xsd", "短文")))


def _add(root: etree._Element, rng: Random) -> None:
    etree.SubElement(_any(root, rng), f"{NAMESPACE}備考").text = "x"


def _mix(root: etree._Element, rng: Random) -> None:
    _any(root, rng).tail = "text"


CHANGES = (
    _retext, _drop, _double, _retext, _swap, _rename, _retext, _attribute, _nil, _retext, _strange,
    _add, _retext, _mix, _unset, _retext,
)  # fmt: skip
