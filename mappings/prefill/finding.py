"""What answers a concept, out of what a business told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from canonical.model.business import Item
from canonical.model.concepts import Concept
from mappings.prefill import deriving, reasons
from mappings.prefill.answers import Why
from mappings.prefill.told import Candidate, Found, Told
from mappings.prefill.years import figures


def find(told: Told, concept: Concept, years: int) -> Found:
    """What answers a concept, itself or derived; why nothing does."""
    person = deriving.named_as_person(told, concept, found_of=_stated)
    if person is not None:
        return person
    found = _stated(told, concept, years)
    if isinstance(found, Candidate):
        return found
    derived = deriving.derive(told, concept, found_of=_stated)
    if derived is not None:
        return derived
    return found or (missing(told, concept),)


def missing(told: Told, concept: Concept) -> Why:
    """Why nothing answers: something near is held that does not, or nobody has it."""
    for near in told.knowledge.namesakes.get(concept.id, ()):
        if isinstance(_stated(told, near, int(near.qualifier("year") == "closed")), Candidate):
            return reasons.other_meaning(near, concept)
    could = told.knowledge.holders.get(concept.id, ())
    return reasons.unknown(name for name in could if name in told.business.holders)


def _stated(told: Told, concept: Concept, years: int) -> Found:
    entity = concept.entity
    if entity is None:
        return ()
    reader = _READERS.get(entity.name)
    return reader(told, concept, years) if reader else ()


def _party(told: Told, concept: Concept, _years: int) -> Found:
    return told.of_party(concept)


def _contact(told: Told, concept: Concept, _years: int) -> Found:
    """The contact that the newest own word names; the first, where it names several."""
    column = concept.fields[0].name
    rows = told.items("contact")
    meant = [item for item in rows if told.means(item.origin, "contact", column, concept)]
    first = next((item for item in meant if column in item.values), None)
    if first is None:
        return ()
    notes = (reasons.SEVERAL,) if len(meant) > 1 else ()
    return told.fresh(concept, Candidate((first.values,), (first.origin,), notes))


def _whole(told: Told, concept: Concept, _years: int) -> Found:
    """A list as one word tells it."""
    name = concept.entity.name if concept.entity else ""
    if concept.field != name:
        return _one_of(told, concept, name)
    rows = told.items(name)
    if not rows:
        return ()
    origins = tuple(dict.fromkeys(item.origin for item in rows))
    return told.fresh(concept, Candidate(tuple(item.values for item in rows), origins))


def _one_of(told: Told, concept: Concept, entity: str) -> Found:
    """A field of a list: answered where the list has one row, to be confirmed where it has more."""
    column = concept.fields[0].name
    rows = [item for item in told.items(entity) if column in item.values]
    if not rows or concept.qualifiers:
        return ()
    notes = (reasons.SEVERAL,) if len(rows) > 1 else ()
    return told.fresh(concept, Candidate((rows[0].values,), (rows[0].origin,), notes))


def _past_grants(told: Told, concept: Concept, _years: int) -> Found:
    """The grants that the newest application lists; there may be more since."""
    rows = told.beside("past_grant")
    if not rows:
        return ()
    newest = max(rows, key=_newest).origin
    listed = tuple(item.values for item in rows if item.origin == newest)
    return told.fresh(concept, Candidate(listed, (newest,), (reasons.MAY_BE_MORE,)))


def _newest(item: Item) -> tuple[date, int]:
    return item.origin.as_of or date.min, -item.origin.member_id


def _account(told: Told, concept: Concept, _years: int) -> Found:
    """The GビズID account of the business, told by GビズID itself."""
    if concept.id != "gbiz_account":
        return ()
    accounts = deriving.accounts(told)
    if not accounts:
        return ()
    notes = (reasons.SEVERAL,) if len(accounts) > 1 else ()
    row = {"applicant_account": accounts[0].values.get("account_key")}
    return Candidate((row,), (accounts[0].origin,), notes)


_READERS: dict[str, Callable[[Told, Concept, int], Found]] = {
    "party": _party,
    "contact": _contact,
    "financial_statement": figures,
    "officer": _whole,
    "shareholder": _whole,
    "establishment": _whole,
    "trade_name": _whole,
    "past_grant": _past_grants,
    "project": _account,
}
