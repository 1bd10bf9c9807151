"""A business as prefill reads it: which value answers a concept, whose word it is, what is odd."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from canonical.model import ENTITIES
from canonical.model.business import Business, Item, Origin, Said, Unit
from canonical.model.concepts import Concept
from canonical.model.party import is_individual
from mappings.prefill import reasons
from mappings.prefill.answers import Outcome, Why
from mappings.prefill.freshness import judge
from mappings.prefill.knowledge import Knowledge

OF_ITSELF = frozenset({"self", "applicant", "client", "holder", "delegator"})
"""Roles in which a record speaks of the business that it is of."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What could answer a field.

    Attributes:
        rows: one row, or several where a list or several years are asked, by the model's columns.
        origins: whose words.
        notes: why it has to be looked at; none: it may be filled in.
        said: what is told of it though it need not be looked at.
        derived_from: concepts that it was computed from.
    """

    rows: tuple[Row, ...]
    origins: tuple[Origin, ...]
    notes: tuple[Why, ...] = ()
    said: tuple[Why, ...] = ()
    derived_from: tuple[str, ...] = ()


Found = Candidate | tuple[Why, ...]
"""What answers, or why nothing does; no reason at all means that nothing is held."""


@dataclass
class Told:
    """A business on a day, with what is looked up again and again."""

    business: Business
    day: date
    knowledge: Knowledge
    individual: bool = field(init=False)
    units: dict[str, Unit] = field(init=False)
    images: dict[int, Row] = field(init=False)

    def __post_init__(self) -> None:
        self.individual = is_individual([self.business.values.get("kind")])
        self.units = {
            column: unit
            for unit in self.business.units
            for said in unit.said
            for column in said.values
        }
        self.images = {
            item.origin.record_id: item.values
            for item in self.business.beside
            if item.entity == "registration_event"
        }

    def items(self, entity: str) -> list[Item]:
        """The rows of a list that hold."""
        return [item for item in self.business.items if item.entity == entity]

    def beside(self, entity: str) -> list[Item]:
        """The rows that records bring besides."""
        return [item for item in self.business.beside if item.entity == entity]

    def aged(
        self, concept: Concept, origins: Iterable[Origin], *, strict: bool | None = None
    ) -> tuple[Outcome, tuple[Why, ...]]:
        """What may be done with words of these days, the oldest deciding."""
        firm = self.strict(concept) if strict is None else strict
        found = [judge(concept.fresh_for, o.as_of, self.day, strict=firm) for o in origins]
        worst = max((outcome for outcome, _ in found), key=list(Outcome).index)
        return worst, tuple(dict.fromkeys(why for got, why in found if why and got is worst))

    def strict(self, concept: Concept) -> bool:
        """Whether a stale answer may not even be shown: it is personal, or of a fiscal year."""
        if concept.entity is ENTITIES["financial_statement"]:
            return True
        return any(each.is_personal(individual=self.individual) for each in concept.fields)

    def fresh(self, concept: Concept, found: Candidate, *, strict: bool | None = None) -> Found:
        """The candidate as far as its age allows."""
        outcome, why = self.aged(concept, found.origins, strict=strict)
        if outcome is Outcome.ASK:
            return why
        heard = () if all(o.role in OF_ITSELF for o in found.origins) else (reasons.SECOND_HAND,)
        return Candidate(
            found.rows, found.origins, (*found.notes, *why, *heard), found.said, found.derived_from
        )

    def means(self, origin: Origin, entity: str, column: str, concept: Concept) -> bool:
        """Whether the word of an origin in a column answers the concept."""
        return self.knowledge.means((origin.system, origin.stream), entity, column, concept)

    def of_party(self, concept: Concept) -> Found:
        """An answer out of the party's own values."""
        columns = [each.name for each in concept.fields]
        column = next((name for name in columns if name in self.units), None)
        if column is None:
            return ()
        unit = self.units[column]
        said, others = self._meant(unit, concept, column)
        if said is None:
            return self._meant_otherwise(unit, concept, column)
        if column not in said.values and not any(name in said.values for name in columns):
            return ()
        notes = self._odd(unit, said, column)
        row = {**self.business.values, **said.values} if said.holds else said.values
        found = Candidate((row,), (said.origin,), (*notes, *others))
        return self.fresh(concept, found)

    def _meant(
        self, unit: Unit, concept: Concept, column: str
    ) -> tuple[Said | None, tuple[Why, ...]]:
        """The first word that means the concept: the one that holds, else the newest of others."""
        for said in unit.said:
            if not said.values.get(column) and not said.holds:
                continue
            if self.means(said.origin, "party", column, concept):
                return said, ()
        return None, ()

    def _meant_otherwise(self, unit: Unit, concept: Concept, column: str) -> tuple[Why, ...]:
        origin = unit.said[0].origin
        other = self.knowledge.asked_as((origin.system, origin.stream), "party", column)
        return (reasons.other_meaning(other, concept),) if other else ()

    def _odd(self, unit: Unit, said: Said, column: str) -> tuple[Why, ...]:
        """What speaks against filling in a value of the party without a look at it."""
        found = []
        for conflict in self.business.conflicts:
            if unit.name == conflict.field or unit.name.startswith(f"{conflict.field}_"):
                unregistered = conflict.kind == "unregistered"
                found.append(reasons.UNREGISTERED if unregistered else reasons.CONFLICT)
        if not found and _contested(unit, said):
            found.append(reasons.CONFLICT)
        images = self.images.get(said.origin.record_id, {})
        of_name = unit.name == "name" and images.get("name_image_id")
        if of_name or (unit.name == "address" and images.get("address_image_id")):
            found.append(reasons.IMAGE)
        return tuple(found)


def _contested(unit: Unit, said: Said) -> bool:
    """Whether another word of the same stream and day says otherwise: two accounts of a business
    can name two representatives. Of a register's rows of one day the last one counts."""
    own = said.origin
    return own.source_role != "base_registry" and any(
        not other.agrees
        and other.origin.as_of == own.as_of
        and (other.origin.system, other.origin.stream) == (own.system, own.stream)
        for other in unit.said
    )
