"""What a canonical field, group and entity are, and the columns they become.

Pure Python without any data library, so that DAG parsing and `hub --help` stay quick.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class ColumnType(StrEnum):
    """The type of one column; the value is the name of its Polars type.

    INSTANT is `pl.Datetime("us", "UTC")`.
    """

    TEXT = "String"
    BIGINT = "Int64"
    INTEGER = "Int32"
    DATE = "Date"
    INSTANT = "Datetime"
    BOOLEAN = "Boolean"


class FieldType(StrEnum):
    """What kind of value a field holds, and so which columns it becomes.

    MONEY is whole yen, with a companion `<name>_unit`: the yen it is known to (1, 1000, 10000,
    1000000). DATE has a companion `<name>_precision`: `day`, `month` or `year`; the date itself is
    the first day of what is known. RATE is a percentage as decimal text (`66.67`), never a float.
    """

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    MONEY = "money"
    RATE = "rate"
    DATE = "date"
    INSTANT = "instant"
    BOOLEAN = "boolean"


class Classification(StrEnum):
    """Who may see a value at all."""

    PUBLIC = "public"
    BUSINESS_CONFIDENTIAL = "business_confidential"
    PERSONAL = "personal"


class Authority(StrEnum):
    """Whose word a field goes by; survivorship ranks source roles by it."""

    REGISTERED = "registered"
    ATTESTED = "attested"
    SELF_DECLARED = "self_declared"
    DECIDED = "decided"


class Survivorship(StrEnum):
    """How the winner among several claims is found."""

    REGISTER_FIRST = "register_first"
    ATTESTED_FIRST = "attested_first"
    NEWEST_AS_OF = "newest_as_of"
    OWNER_ONLY = "owner_only"


_USUAL: dict[Authority, Survivorship] = {
    Authority.REGISTERED: Survivorship.REGISTER_FIRST,
    Authority.ATTESTED: Survivorship.ATTESTED_FIRST,
    Authority.SELF_DECLARED: Survivorship.NEWEST_AS_OF,
    Authority.DECIDED: Survivorship.OWNER_ONLY,
}

_COLUMN: dict[FieldType, ColumnType] = {
    FieldType.TEXT: ColumnType.TEXT,
    FieldType.CODE: ColumnType.TEXT,
    FieldType.INTEGER: ColumnType.BIGINT,
    FieldType.MONEY: ColumnType.BIGINT,
    FieldType.RATE: ColumnType.TEXT,
    FieldType.DATE: ColumnType.DATE,
    FieldType.INSTANT: ColumnType.INSTANT,
    FieldType.BOOLEAN: ColumnType.BOOLEAN,
}

_COMPANION: dict[FieldType, tuple[str, ColumnType]] = {
    FieldType.MONEY: ("_unit", ColumnType.INTEGER),
    FieldType.DATE: ("_precision", ColumnType.TEXT),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical field: the only place where it is defined.

    Args:
        name: column name and the name used in mappings.
        ja, en: labels.
        type: what kind of value it holds.
        gif: the term of the Government Interoperability Framework, where it has one.
        unit: unit of the value, such as `JPY`, `persons`, `percent`.
        classification: who may see it.
        authority: whose word it goes by.
        survivorship: how claims compete; follows from `authority` unless stated.
        fresh_for: days after `as of` in which the value may be used without asking again; None is
            for ever.
        codes: the allowed values and their Japanese labels; None for open text.
        max_length: longest text in characters.
        identity: identifies the entity; a refused value refuses the record.
        personal_of_individuals: personal where the party is a natural person (a sole proprietor,
            someone not yet in business), whatever its classification for a corporation.
        group: name of the group that this field is a part of, else None.
    """

    name: str
    ja: str
    en: str
    type: FieldType = FieldType.TEXT
    gif: str | None = None
    unit: str | None = None
    classification: Classification = Classification.BUSINESS_CONFIDENTIAL
    authority: Authority = Authority.SELF_DECLARED
    survivorship: Survivorship | None = None
    fresh_for: int | None = None
    codes: dict[str, str] | None = None
    max_length: int | None = None
    identity: bool = False
    group: str | None = None
    personal_of_individuals: bool = False

    @property
    def may_be_personal(self) -> bool:
        """Whether the value is, or for some parties would be, personal: mask it when in doubt."""
        return self.classification is Classification.PERSONAL or self.personal_of_individuals

    def is_personal(self, *, individual: bool) -> bool:
        """Whether the value is personal in a record whose party is a natural person, or is not."""
        return self.classification is Classification.PERSONAL or (
            individual and self.personal_of_individuals
        )

    @property
    def rule(self) -> Survivorship:
        """The survivorship in force."""
        return self.survivorship or _USUAL[self.authority]

    @property
    def companion(self) -> str | None:
        """Name of the companion column (`_unit` or `_precision`), if the type has one."""
        companion = _COMPANION.get(self.type)
        return self.name + companion[0] if companion else None

    def columns(self) -> dict[str, ColumnType]:
        """The column of this field, and its companion."""
        columns = {self.name: _COLUMN[self.type]}
        if companion := _COMPANION.get(self.type):
            columns[self.name + companion[0]] = companion[1]
        return columns


@dataclass(frozen=True, slots=True)
class Group:
    """Several fields that are one thing, such as the parts of an address.

    `named_openly` are the parts that point at no person, such as the code of a municipality.
    """

    name: str
    ja: str
    en: str
    gif: str | None
    parts: tuple[Field, ...]
    named_openly: frozenset[str] = frozenset()

    def named(
        self,
        name: str,
        ja: str,
        en: str,
        *,
        gif: str | None = None,
        classification: Classification | None = None,
        authority: Authority | None = None,
        fresh_for: int | None = None,
        of_individuals: bool = False,
    ) -> tuple[Field, ...]:
        """This group as fields of an entity: `address` becomes `address_city` and so on.

        `of_individuals`: the parts are personal where the party is a natural person, but for
        those that `named_openly`.
        """
        return tuple(
            replace(
                part,
                name=f"{name}_{part.name}",
                ja=f"{ja}（{part.ja}）",
                en=f"{en}: {part.en}",
                gif=f"{gif}/{part.gif}" if gif and part.gif else part.gif,
                classification=classification or part.classification,
                authority=authority or part.authority,
                fresh_for=fresh_for or part.fresh_for,
                group=name,
                personal_of_individuals=of_individuals and part.name not in self.named_openly,
            )
            for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of thing that claims are about; becomes the table `claim_<name>`.

    `parents` are the entities whose child rows these are: a child claim belongs to the parent
    claim of the same source record and role, and children are replaced as a set.
    """

    name: str
    ja: str
    en: str
    gif: str | None
    fields: tuple[Field, ...]
    parents: tuple[str, ...] = ()

    @property
    def parent(self) -> str | None:
        """The first parent, None for a root entity."""
        return self.parents[0] if self.parents else None

    def field(self, name: str) -> Field:
        """The field of this name; KeyError names the entity and what it has."""
        for field in self.fields:
            if field.name == name:
                return field
        known = ", ".join(field.name for field in self.fields)
        raise KeyError(f"{self.name} has no field {name}; it has {known}")

    def groups(self) -> dict[str, tuple[Field, ...]]:
        """The groups of this entity by name, each with its fields in order."""
        names = dict.fromkeys(field.group for field in self.fields if field.group)
        return {name: tuple(f for f in self.fields if f.group == name) for name in names}

    def columns(self) -> dict[str, ColumnType]:
        """All model columns in order, companions beside their field."""
        return {name: kind for field in self.fields for name, kind in field.columns().items()}
