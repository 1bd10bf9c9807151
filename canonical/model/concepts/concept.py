"""What a concept is: the question that a form's field asks, whatever the form calls it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from canonical.model import ENTITIES
from canonical.model.fields import Authority, Classification, Entity, Field


class Kind(StrEnum):
    """What an answer is; a declaration is put afresh with each form's own wording."""

    FACT = "fact"
    STATEMENT = "statement"
    DECLARATION = "declaration"


class Sheet(StrEnum):
    """The sheets of GIF's 申請・届出 (DS-451-1): A and C to F are used again, B is a form's own."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a form can ask.

    Args:
        id: the name that forms use.
        kind: fact, statement (plans, prose) or declaration.
        sheet: the sheet of DS-451-1 that it belongs to.
        ja, en: labels.
        definition: what is meant, and what is not, in Japanese.
        field: `entity.field`, `entity.group` or, for a whole list, `entity` of the canonical model;
            None where the hub keeps no such value. Unit, freshness, classification, authority and
            GIF term are the field's, and are stated nowhere else.
        qualifiers: what tells it from others of the same name: which year, whose, which employees.
        synonyms: other labels by which forms ask the same, in Japanese.
        part_of: the concept of which this is one part; the hub asks for the whole at once.
        term: GIF term of a concept without a canonical field.
        sensitivity: who may see an answer that has no canonical field.
    """

    id: str
    kind: Kind
    sheet: Sheet
    ja: str
    en: str
    definition: str
    field: str | None = None
    qualifiers: tuple[tuple[str, str], ...] = ()
    synonyms: tuple[str, ...] = ()
    part_of: str | None = None
    term: str | None = None
    sensitivity: Classification = Classification.BUSINESS_CONFIDENTIAL

    @property
    def reusable(self) -> bool:
        """Whether an answer given once serves other forms: no declaration, nothing of sheet B."""
        return self.kind is not Kind.DECLARATION and self.sheet is not Sheet.B

    @property
    def question(self) -> str:
        """The concept that is asked: itself, or the whole of which it is a part."""
        return self.part_of or self.id

    @property
    def entity(self) -> Entity | None:
        """The canonical entity that holds the answer."""
        return ENTITIES[self.field.partition(".")[0]] if self.field else None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The canonical fields that hold the answer: one, those of a group, or an entity's."""
        return _fields_of(self.field) if self.field else ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The Japanese label, then its synonyms."""
        return (self.ja, *self.synonyms)

    @property
    def gif(self) -> str | None:
        """The GIF term, of the canonical field where there is one."""
        found = self.fields
        if len(found) == 1:
            return found[0].gif or self.term
        return (self.entity.gif if self.entity else None) or self.term

    @property
    def unit(self) -> str | None:
        """Unit of the canonical value, such as `JPY`."""
        return self.fields[0].unit if len(self.fields) == 1 else None

    @property
    def fresh_for(self) -> int | None:
        """Days in which an answer is used without asking again; of several fields the fewest."""
        return min((each.fresh_for for each in self.fields if each.fresh_for), default=None)

    @property
    def classification(self) -> Classification:
        """Who may see an answer; of several fields the strictest."""
        order = list(Classification)
        found = (each.classification for each in self.fields)
        return max(found, key=order.index, default=self.sensitivity)

    @property
    def authority(self) -> Authority:
        """Whose word counts; of several fields the first's, without a field the applicant's."""
        return self.fields[0].authority if self.fields else Authority.SELF_DECLARED

    def qualifier(self, name: str) -> str | None:
        """The value of one qualifier."""
        return dict(self.qualifiers).get(name)


@cache
def _fields_of(spelled: str) -> tuple[Field, ...]:
    """The fields that `entity.field`, `entity.group` or `entity` names."""
    name, _, inner = spelled.partition(".")
    entity = ENTITIES[name]
    if not inner:
        return entity.fields
    return entity.groups().get(inner) or (entity.field(inner),)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the concepts of one kind and sheet; synonyms are one text, separated by `|`."""

    kind: Kind
    sheet: Sheet

    def __call__(
        self,
        name: str,
        ja: str,
        en: str,
        definition: str,
        field: str | None = None,
        *,
        syn: str = "",
        part_of: str | None = None,
        term: str | None = None,
        sensitivity: Classification = Classification.BUSINESS_CONFIDENTIAL,
        **qualifiers: str,
    ) -> Concept:
        """One concept."""
        return Concept(
            name, self.kind, self.sheet, ja, en, definition, field,
            tuple(sorted(qualifiers.items())),
            tuple(filter(None, syn.split("|"))), part_of, term, sensitivity,
        )  # fmt: skip
