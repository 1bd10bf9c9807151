"""A business as plain values for the terminal and for scripts, personal values masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from base.redact import mask
from canonical.model import ENTITIES
from canonical.model.party import is_individual

if TYPE_CHECKING:
    from sqlalchemy import Row

    from canonical.golden.finding import Proceeding
    from canonical.model.business import Business, Confirmation, Item, Origin, Said

_OPEN_ITEMS = frozenset({"financial_statement"})


class Masking:
    """Masks what is personal of one business: in doubt it is a natural person's."""

    def __init__(self, kinds: Iterable[str | None], *, show_personal: bool) -> None:
        self.individual = is_individual(kinds)
        self.show = show_personal

    def values(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of an entity's columns."""
        personal = self._personal(entity)
        return {
            name: mask(str(value)) if name in personal and value is not None else value
            for name, value in values.items()
        }

    def item(self, entity: str, item: str) -> str:
        """What tells an item of a list from another."""
        if self.show or not item or entity in _OPEN_ITEMS or not self._personal(entity):
            return item
        return mask(item)

    def _personal(self, entity: str) -> set[str]:
        if self.show:
            return set()
        return {
            column
            for field in ENTITIES[entity].fields
            if field.is_personal(individual=self.individual)
            for column in field.columns()
        }


def of_business(business: Business, *, show_personal: bool) -> Masking:
    """The masking of a business."""
    return Masking([business.values.get("kind")], show_personal=show_personal)


def origin(whose: Origin) -> dict[str, Any]:
    """Whose word, from which record, as of when and since when."""
    return {
        "member": str(whose.member_id),
        "source": f"{whose.system}.{whose.stream}",
        "record": whose.record_key,
        "role": whose.role,
        "source_role": whose.source_role,
        "as_of": whose.as_of,
        "recorded_since": whose.recorded_from,
        **({"scope": whose.scope} if whose.scope else {}),
    }


def shown(business: Business, masking: Masking) -> dict[str, Any]:
    """A business with who says what; ids as text, because they go beyond what JSON's readers
    take for whole numbers."""
    return {
        "party": str(business.party_id),
        **({"redirected_from": str(business.asked)} if business.asked != business.party_id else {}),
        "values": masking.values("party", business.values),
        "fields": {
            unit.name: [_said(said, masking) for said in unit.said] for unit in business.units
        },
        "conflicts": [
            {"field": c.field, "kind": c.kind, "members": [str(m) for m in c.members]}
            for c in business.conflicts
        ],
        "lists": [_item(item, masking) for item in business.items],
    }


def _said(said: Said, masking: Masking) -> dict[str, Any]:
    return {
        "holds": said.holds,
        "agrees": said.agrees,
        "values": masking.values("party", said.values),
        **origin(said.origin),
        **({"repeats": True} if said.repeats else {}),
        **({"confirmed": [_confirmation(one) for one in said.confirmed]} if said.confirmed else {}),
    }


def _confirmation(one: Confirmation) -> dict[str, Any]:
    """A record in which the business confirmed a word."""
    return {"by": f"{one.system}.{one.stream}:{one.record_key}", "on": one.on}


def _item(item: Item, masking: Masking) -> dict[str, Any]:
    return {
        "list": item.entity,
        "item": masking.item(item.entity, item.item),
        "values": masking.values(item.entity, item.values),
        **origin(item.origin),
    }


def proceeding(row: Proceeding, masking: Masking) -> dict[str, Any]:
    """What a business applied for or did, and in which record it stands."""
    return {
        "entity": row.entity,
        "source": f"{row.system}.{row.stream}",
        "record": row.record_key,
        "values": masking.values(row.entity, row.values),
    }


def relation(row: Row[Any], party_id: int) -> dict[str, Any]:
    """A relation as it stands: from whom, to whom, and which of them the business is."""
    return {
        "kind": row.kind,
        "from": str(row.from_party),
        "to": str(row.to_party),
        "other": str(row.to_party if row.from_party == party_id else row.from_party),
        "cause": row.cause,
        "since": row.since_on,
        "status": row.status,
    }


def golden_versions(rows: Iterable[Row[Any]], masking: Masking) -> list[dict[str, Any]]:
    """Each version of a golden record with the values that it changed."""
    found = []
    before: dict[str, Any] = {}
    for row in rows:
        values = {name: row._mapping[name] for name in ENTITIES["party"].columns()}
        changed = {n: v for n, v in values.items() if v != before.get(n)}
        found.append(
            {
                "version": row.version,
                "recorded_from": row.recorded_from,
                "recorded_to": row.recorded_to,
                "changed": masking.values("party", changed),
            }
        )
        before = values
    return found


def membership(row: Row[Any]) -> dict[str, Any]:
    """Since when a record's claim belongs to the business, and why."""
    return {
        "member": str(row.member_id),
        "source": f"{row.system}.{row.stream}",
        "record": row.record_key,
        "role": row.role,
        "basis": row.basis,
        "probability": row.probability,
        "recorded_from": row.recorded_from,
        "recorded_to": row.recorded_to,
    }
