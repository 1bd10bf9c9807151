"""Every field defined once, completely, and every derived form in step with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from canonical.model import CLAIM_COLUMNS, ENTITIES, ColumnType, Entity, FieldType
from canonical.model.catalogue import PAGE, render
from canonical.model.json_schema import all_schemas

ROOT = Path(__file__).parents[2]
EVERY = pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES)


def test_importing_the_model_loads_no_data_library() -> None:
    program = (
        "import sys, canonical.model\n"
        "heavy = ('polars', 'sqlalchemy', 'msgspec', 'requests', 'airflow')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.strip() == "[]"


@EVERY
def test_names_are_unique_and_free_of_the_claim_s_own(entity: Entity) -> None:
    names = [name for field in entity.fields for name in field.columns()]
    assert len(names) == len(set(names))
    own = {*CLAIM_COLUMNS, "record_id", "batch_no", "recorded_from", "recorded_to"}
    assert not own & set(names)


@EVERY
def test_names_tell_their_type(entity: Entity) -> None:
    for field in entity.fields:
        money, instant = field.type is FieldType.MONEY, field.type is FieldType.INSTANT
        assert field.name.endswith("_jpy") == money, field.name
        assert field.name.endswith("_at") == instant, field.name
        assert (field.unit is not None) or not money, field.name


@EVERY
def test_text_has_a_limit_and_codes_are_codes(entity: Entity) -> None:
    for field in entity.fields:
        if field.type in {FieldType.TEXT, FieldType.CODE}:
            assert field.max_length or field.codes, field.name
        assert not field.codes or field.type is FieldType.CODE, field.name


@EVERY
def test_parents_exist(entity: Entity) -> None:
    assert set(entity.parents) <= ENTITIES.keys()
    assert entity.parent in {None, *entity.parents}


@EVERY
def test_birth_dates_names_of_people_and_their_addresses_are_personal(entity: Entity) -> None:
    for field in entity.fields:
        told = ("birth_on", "_kana", "full_name", "representative_name", "user_email")
        person = field.name.startswith(("representative", "user_", "client_")) or entity.name in {
            "person",
            "officer",
        }
        if person and field.name.endswith(told):
            assert field.classification == "personal", f"{entity.name}.{field.name}"


def test_columns_carry_their_companions() -> None:
    columns = ENTITIES["party"].columns()
    assert columns["capital_jpy"] is ColumnType.BIGINT
    assert columns["capital_jpy_unit"] is ColumnType.INTEGER
    assert columns["established_on_precision"] is ColumnType.TEXT
    assert columns["address_municipality_code"] is ColumnType.TEXT


def test_groups_expand_to_their_parts_in_order() -> None:
    groups = ENTITIES["party"].groups()
    assert [field.name for field in groups["address"]] == [
        "address_postal_code",
        "address_prefecture_code",
        "address_municipality_code",
        "address_prefecture",
        "address_city",
        "address_town",
        "address_block",
        "address_building",
        "address_full",
        "address_as_received",
    ]


def test_an_unknown_field_is_answered_with_the_known_ones() -> None:
    assert ENTITIES["party"].field("name").gif == "tradeName"
    with pytest.raises(KeyError, match="party has no field nmae; it has corporate_number"):
        ENTITIES["party"].field("nmae")


def test_gif_s_c_form_is_there_in_its_order() -> None:
    items = [
        f.gif for f in ENTITIES["financial_statement"].fields if (f.gif or "").startswith("C票")
    ]
    assert len(items) == 50
    assert (items[0], items[-1]) == ("C票/決算年月日", "C票/当期純利益")


def test_json_schemas_are_schemas_and_hold_a_claim_to_its_types() -> None:
    schemas = all_schemas()
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    party = jsonschema.Draft202012Validator(schemas["party"])
    assert party.is_valid({"name": "甲", "capital_jpy": 5, "capital_jpy_unit": 1000})
    wrong = [{"nmae": "甲"}, {"capital_jpy": "5"}, {"capital_jpy_unit": 7}, {"kind": "club"}]
    assert not any(party.is_valid(claim) for claim in wrong)


def test_the_field_catalogue_is_up_to_date() -> None:
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written == render(), "run: python -m canonical.model.catalogue"
