"""What a rule's `to:` names in the canonical model, and which transform reads it by default."""

from __future__ import annotations

from dataclasses import dataclass

from canonical.model import ENTITIES, Classification, Entity, Field, FieldType
from mappings.transforms import Transform

_BY_NAME = {
    "corporate_number": "corporate_number",
    "industry_jsic": "jsic",
    "postal_code": "postal_code",
    "phone": "phone",
    "mobile": "phone",
    "email": "email",
    "url": "url",
    "kana": "kana",
}
_BY_TYPE = {
    FieldType.TEXT: "text",
    FieldType.CODE: "code",
    FieldType.INTEGER: "integer",
    FieldType.MONEY: "money",
    FieldType.RATE: "rate",
    FieldType.DATE: "date",
    FieldType.INSTANT: "instant",
    FieldType.BOOLEAN: "boolean",
}
_TYPED = {
    "integer": FieldType.INTEGER,
    "month": FieldType.INTEGER,
    "fiscal_year": FieldType.INTEGER,
    "money": FieldType.MONEY,
    "currency_amount": FieldType.MONEY,
    "rate": FieldType.RATE,
    "quantity": FieldType.RATE,
    "fraction": FieldType.RATE,
    "date": FieldType.DATE,
    "era_date": FieldType.DATE,
    "closing_month": FieldType.DATE,
    "fiscal_term": FieldType.DATE,
    "instant": FieldType.INSTANT,
    "boolean": FieldType.BOOLEAN,
}
_TEXTS = {FieldType.TEXT, FieldType.CODE}


@dataclass(frozen=True, slots=True)
class Target:
    """A canonical field or group of one entity."""

    entity: Entity
    name: str
    field: Field | None

    @property
    def spelling(self) -> str:
        """`entity.field`, as messages name it."""
        return f"{self.entity.name}.{self.name}"

    @property
    def fields(self) -> tuple[Field, ...]:
        """The field, or those of the group."""
        return (self.field,) if self.field else self.entity.groups()[self.name]

    @property
    def identity(self) -> bool:
        """Whether a refused value refuses the record."""
        return any(field.identity for field in self.fields)

    @property
    def may_be_personal(self) -> bool:
        """Whether a value is personal, or would be for some parties."""
        return any(field.may_be_personal for field in self.fields)

    @property
    def classification(self) -> Classification:
        """The strictest classification of its fields."""
        order = list(Classification)
        return max((field.classification for field in self.fields), key=order.index)


def resolve(to: str) -> Target:
    """The target that `entity.field`, `entity.group` or `parent.entity.field` names.

    Raises:
        LookupError: with a sentence that says what there is instead.
    """
    *parents, entity_name, name = to.split(".")
    entity = entity_of(".".join([*parents, entity_name]))
    if name in entity.groups():
        return Target(entity, name, None)
    try:
        return Target(entity, name, entity.field(name))
    except KeyError as error:
        raise LookupError(str(error.args[0])) from error


def entity_of(name: str) -> Entity:
    """The entity that `entity` or `parent.entity` names.

    Raises:
        LookupError: with a sentence that says what there is instead.
    """
    *parents, entity_name = name.split(".")
    if entity_name not in ENTITIES:
        raise LookupError(f"the model has no entity {entity_name}; it has {', '.join(ENTITIES)}")
    entity = ENTITIES[entity_name]
    if parents and parents[-1] not in entity.parents:
        raise LookupError(f"{entity_name} is no part of {parents[-1]}")
    return entity


def default_transform(target: Target) -> str:
    """The transform of a rule that names none."""
    field = target.field
    if field is None:
        return "address"
    if target.spelling == "party.name":
        return "legal_name"
    if field.type in _TEXTS and not field.codes:
        for ending, transform in _BY_NAME.items():
            if field.name == ending or field.name.endswith(f"_{ending}"):
                return transform
    return _BY_TYPE[field.type]


def misfit(target: Target, transform: Transform) -> str | None:
    """Why the transform cannot fill the target; None if it can."""
    known = target.entity.columns()
    if not any(column in known for column in transform.columns(target.name)):
        return f"{transform.name} fills nothing that {target.spelling} has"
    if target.field is None:
        return None
    if transform.columns(target.name)[0] != target.name:
        return f"{transform.name} fills a group, {target.spelling} is one field"
    made = _TYPED.get(transform.name)
    if made is None and target.field.type in _TEXTS:
        return None
    if made is not target.field.type:
        return f"{transform.name} makes no {target.field.type}, which {target.spelling} is"
    return None
