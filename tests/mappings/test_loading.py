"""A wrong mapping file is refused with file, line and field."""

from __future__ import annotations

import pytest

from base.errors import MappingError
from tests.mappings.conftest import Compile

WRONG = {
    "s:\n  fields:\n    a: {to: party.nme}\n": (3, "party has no field nme"),
    "s:\n  fields:\n    a: {to: business.name}\n": (3, "no entity business"),
    "s:\n  fields:\n    a: {to: party.name, as: magic}\n": (3, "no transform magic"),
    "s:\n  fields:\n    a: {to: party.url}\n    b: {to: party.url}\n": (4, "line 3 fills already"),
    "s:\n  fields:\n    a: {to: party.name}\n    a: {to: party.url}\n": (4, "twice"),
    "s:\n  fields:\n    a: {to: party.capital_jpy, unit: ドル}\n": (3, "may be 円"),
    "s:\n  fields:\n    a: {to: party.capital_jpy, unti: 円}\n": (3, "no option unti"),
    "s:\n  fields:\n    a: {to: party.capital_jpy, as: date}\n": (3, "makes no money"),
    "s:\n  fields:\n    a: {to: party.address, as: text}\n": (3, "fills nothing"),
    "s:\n  fields:\n    a: {to: party.name, as: address}\n": (3, "fills nothing that"),
    "s:\n  fields:\n    [a, b]: {to: party.name}\n": (3, "reads one field"),
    "s:\n  fields:\n    [a, b]: {to: party.address, as: address_parts, parts: [city]}\n": (
        3, "`parts` names one of",
    ),
    "s:\n  fields:\n    a:\n      each: party.officer\n      fields:\n        b: nme\n": (
        6, "officer has no field nme",
    ),
    "s:\n  fields:\n    a: {each: party.notice, fields: {b: title}}\n": (3, "no part of party"),
    "s:\n  fields:\n    a: {to: party.name, period: someday}\n": (3, "someday"),
    "s:\n  fields:\n    a: party.name\n": (3, "party.name"),
    "s:\n  feilds: {}\n": (1, "'feilds' was unexpected"),
    "s:\n  fields: {a: {to: party.name}}\n  set: {party.kinds: x}\n": (3, "no field kinds"),
    "s: [\n": (2, "expected"),
    "t:\n  fields: {}\n": (1, "has no stream s"),
    "": (1, "holds no mapping"),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_wrong_file(compiled: Compile, text: str) -> None:
    line, what = WRONG[text]
    with pytest.raises(MappingError) as caught:
        compiled(text)
    message = str(caught.value)
    assert f"/demo.yaml:{line}: " in message
    assert what in message


def test_keys_stay_as_written(compiled: Compile) -> None:
    plan = compiled("s:\n  fields:\n    2024: {to: party.name}\n    on: {to: party.url}\n")
    assert [rule.sources for rule in plan.rules.fields] == [("2024",), ("on",)]
