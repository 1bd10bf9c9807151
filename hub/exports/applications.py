"""Applications (申請) in the names of DS-451-1: 申請A票 to F票, as their own record states them.

A票 and C–F票 are what the next form may use again; B票 is each form's own. A record is an
application of a subsidy (`project`) or a plan for certification (`plan`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from canonical.model import ENTITIES
from canonical.model.fields import Field, FieldType
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.party_tables import CROSSWALK
from canonical.store.tables import SOURCE_RECORD, STREAM
from hub.exports import texts
from hub.exports.golden import PAGE, Golden, Row
from hub.exports.legal_entity import Tree, address, converted

APPLICANT = "applicant"
_STATED = ("party", "trade_name", "contact", "financial_statement", "officer", "shareholder",
           "establishment")  # fmt: skip
_NOT_SUBMITTED = "draft"
B_FORM = {
    "project": {"名称": "title", "概要": "summary", "内容": "equipment_name"},
    "plan": {"概要": "situation_overview", "内容": "measures"},
}
"""Where B票 of each kind of application takes DS-451-1's items from."""

OWN_ITEMS = {
    "project": ("program_name", "program_key", "program_number", "frame", "status",
                "grant_requested_jpy", "grant_decided_jpy", "grant_fixed_jpy"),
    "plan": ("filing", "certificate_number", "guideline", "industry_jsic", "starts_on", "ends_on",
             "status", "certified_on"),
}  # fmt: skip
"""What an application says beyond DS-451-1, under the labels of the canonical model."""


@dataclass(frozen=True, slots=True)
class Application:
    """One application: its tree, or why it is not exported."""

    record: str
    tree: Tree
    left_out: str = ""


def applications(
    database: Database,
    *,
    parties: Sequence[int] | None = None,
    personal: bool = False,
    limit: int | None = None,
) -> Iterator[Application]:
    """Submitted applications of open streams, those of these parties alone if any are named.

    An application is left out where its applicant did not agree to its use: for a subsidy, saying
    no; for a plan, not saying yes (administrative procedures ask for it one by one).
    """
    told = (
        _application(kind, row, stated, personal=personal)
        for kind in B_FORM
        for row, stated in _records(database, kind, parties)
    )
    for number, one in enumerate(told):
        if limit is not None and number >= limit:
            return
        yield one


def _records(
    database: Database, kind: str, parties: Sequence[int] | None
) -> Iterator[tuple[Row, Mapping[str, list[Row]]]]:
    """Each current record of a kind, page by page, with what it states of its applicant."""
    after = -1
    while True:
        with database.read() as connection:
            rows = _page(connection, kind, after, parties)
            stated = _stated(connection, [row["record_id"] for row in rows])
        if not rows:
            return
        for row in rows:
            yield row, stated[row["record_id"]]
        after = rows[-1]["record_id"]


def _page(
    connection: Connection, kind: str, after: int, parties: Sequence[int] | None
) -> list[Row]:
    table = CLAIM_TABLES[kind]
    query = (
        select(
            table, STREAM.c.system, STREAM.c.stream, SOURCE_RECORD.c.record_key,
            CROSSWALK.c.party_id,
        )
        .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == table.c.record_id)
        .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
        .outerjoin(
            CROSSWALK,
            and_(
                CROSSWALK.c.record_id == table.c.record_id,
                CROSSWALK.c.role == APPLICANT,
                CROSSWALK.c.ordinal == 0,
                CROSSWALK.c.recorded_to.is_(None),
            ),
        )
        .where(
            STREAM.c.scope == "", table.c.recorded_to.is_(None), table.c.ordinal == 0,
            table.c.record_id > after,
        )
        .order_by(table.c.record_id)
        .limit(PAGE)
    )  # fmt: skip
    if parties is not None:
        query = query.where(CROSSWALK.c.party_id.in_(list(parties)))
    return [dict(row._mapping) for row in connection.execute(query)]


def _stated(connection: Connection, records: Sequence[int]) -> dict[int, dict[str, list[Row]]]:
    found: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    if not records:
        return found
    for entity in _STATED:
        table = CLAIM_TABLES[entity]
        query = (
            select(table)
            .where(
                table.c.record_id.in_(list(records)), table.c.role == APPLICANT,
                table.c.recorded_to.is_(None),
            )
            .order_by(table.c.record_id, table.c.ordinal)
        )  # fmt: skip
        for row in connection.execute(query):
            found[row.record_id][entity].append(dict(row._mapping))
    return found


def _application(
    kind: str, row: Row, stated: Mapping[str, list[Row]], *, personal: bool
) -> Application:
    record = f"{row['system']}.{row['stream']}:{row['record_key']}"
    if row.get("status") == _NOT_SUBMITTED:
        return Application(record, {}, "not submitted")
    agreed = row["data_use_consent"]
    if agreed is False or (kind == "plan" and agreed is not True):
        return Application(record, {}, "no consent to the use of data")
    said = (stated.get("party") or [{}])[0]
    golden = Golden(row["party_id"] or 0, {n: said.get(n) for n in ENTITIES["party"].columns()},
                    {name: stated.get(name, []) for name in _STATED[1:]})  # fmt: skip
    applicant = converted(golden, personal=personal)
    if applicant.left_out:
        return Application(record, {}, applicant.left_out)
    return Application(record, _tree(kind, row, applicant.tree, stated, personal=personal))


def _tree(
    kind: str, row: Row, applicant: Tree, stated: Mapping[str, list[Row]], *, personal: bool
) -> Tree:
    who = dict(applicant)
    contact = who.pop("contactPointInformation", None)
    if row["party_id"] is None:
        who.pop("idGroup", None)
    a_form = {
        "宛先": _text(row.get("addressed_to")),
        "申請日": _value(ENTITIES[kind].field("submitted_on"), row),
        "連絡先": contact,
        "申請者": who,
    }
    b_form = {name: _text(row[column]) for name, column in B_FORM[kind].items()}
    tree = {
        "出典": {"システム": f"{row['system']}.{row['stream']}", "記録": row["record_key"]},
        "A票": filled(a_form),
        "B票": filled({**b_form, "更新年月日": row["as_of"].isoformat() if row["as_of"] else None}),
        "C票": [_c_form(one) for one in stated.get("financial_statement", [])],
        "D票": [labelled("officer", one) for one in stated.get("officer", [])] if personal else [],
        "E票": [_shareholder(one, personal=personal) for one in stated.get("shareholder", [])],
        "F票": [_establishment(one) for one in stated.get("establishment", [])],
        "独自項目": labelled(kind, row, OWN_ITEMS[kind]),
    }
    return filled(tree)


def filled(tree: Mapping[str, Any]) -> Tree:
    """The tree without what is not known."""
    return {name: value for name, value in tree.items() if value not in (None, "", [], {})}


def labelled(entity: str, row: Row, names: Sequence[str] | None = None) -> Tree:
    """The values of an entity's fields under their Japanese labels."""
    fields = [f for f in ENTITIES[entity].fields if names is None or f.name in names]
    return filled({field.ja: _value(field, row) for field in fields})


def _c_form(row: Row) -> Tree:
    return labelled("financial_statement", row)


def _shareholder(row: Row, *, personal: bool) -> Tree:
    public = ("corporate_number", "share_percent", "large_company")
    return labelled("shareholder", row, None if personal else public)


def _establishment(row: Row) -> Tree:
    """F票 with its address as GIF's 住所."""
    parts = {k.removeprefix("address_"): v for k, v in row.items() if k.startswith("address_")}
    names = ("name", "kind", "industry_jsic", "phone", "employees", "insured_number")
    return filled({**labelled("establishment", row, names), "所在地": address(parts)})


def _value(field: Field, row: Row) -> Any:
    value = row.get(field.name)
    if value is None:
        return None
    match field.type:
        case FieldType.DATE:
            return texts.day(value, row.get(f"{field.name}_precision"))
        case FieldType.INSTANT:
            return value.isoformat()
        case FieldType.CODE if field.codes:
            return field.codes.get(value, value)
        case FieldType.TEXT | FieldType.CODE | FieldType.RATE:
            return texts.plain(value)
        case _:
            return value


def _text(value: str | None) -> str | None:
    return texts.plain(value) if value else None
