"""The shapes of the answers, for the OpenAPI document; tests hold the answers against them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Shape(BaseModel):
    """An object without members beyond those that are named."""

    model_config = ConfigDict(extra="forbid")


class FieldError(Shape):
    """Where a request is wrong."""

    where: str = Field(description="場所 / which parameter, such as `query.limit`")
    what: str = Field(description="求められる形式 / what it must be")


class Problem(BaseModel):
    """Problem Details (RFC 9457)."""

    type: str = Field(description="問題の種類 / kind of problem, a URN")
    title: str
    title_ja: str
    status: int
    errors: list[FieldError] | None = None


class Value(Shape):
    """One value that holds, and whose word it is."""

    value: Any = Field(description="値 / the value")
    known_to: int | None = Field(
        default=None, description="金額の単位（円） / yen that an amount is known to"
    )
    precision: str | None = Field(
        default=None, description="日付の精度 / day, month or year: what a date is known to"
    )
    system: str = Field(description="出典のシステム / whose word it is: the system")
    stream: str = Field(description="出典のデータ / and its stream")
    as_of: date | None = Field(description="いつ時点の値か / the day on which it was so")
    since: datetime | None = Field(description="連携ハブが知った日時 / since when the hub knows")


class ListItem(Shape):
    """One row of a list that holds."""

    values: dict[str, Any]
    system: str
    stream: str
    as_of: date | None
    since: datetime | None


class Business(Shape):
    """A business; fields beyond the token's scopes are absent."""

    id: str
    as_of: date | None = None
    fields: dict[str, Value]
    lists: dict[str, list[ListItem]] | None = None


class BusinessName(Shape):
    """A business by its id; its name where the token may know it."""

    id: str
    corporate_number: str | None = None
    name: str | None = None


class Actor(Shape):
    """An account."""

    issuer: str
    account: str


class Category(Shape):
    """What a delegation covers."""

    code: str
    name: str | None
    procedure: str | None


class Mandate(Shape):
    """A delegation under which a token may be asked for."""

    number: str
    system_code: str
    starts_on: date | None
    ends_on: date | None
    categories: list[Category]


class Representable(Shape):
    """A business that the person may represent: oneself, or by delegation."""

    business: BusinessName
    delegation: Mandate | None


class Me(Shape):
    """Who calls, for whom, with what."""

    client: str
    subject: Actor | None
    actors: list[Actor]
    delegation: str | None
    scopes: list[str]
    purposes: list[str]
    expires_at: datetime
    business: BusinessName | None
    may_represent: list[Representable]


class Step(Shape):
    """A step in the history of a procedure."""

    state: str | None = None
    state_ja: str | None = None
    occurred_at: datetime | None = None
    note: str | None = None


class Procedure(Shape):
    """One procedure of a project."""

    id: str | None = None
    kind: str | None = None
    kind_ja: str | None = None
    state: str | None = None
    state_ja: str | None = None
    decision: str | None = None
    form_version: str | None = None
    due_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_on: date | None = None
    history: list[Step]


class Notice(Shape):
    """A notice to the applicant."""

    kind: str | None = None
    kind_ja: str | None = None
    title: str | None = None
    body: str | None = None
    sent_at: datetime | None = None
    procedure: str | None = None


class Application(Shape):
    """An application to any system, with its status, history and notices."""

    id: str = Field(description="システム.データ:番号 / the record, as the hub names it")
    kind: str = Field(description="project（補助事業） / plan（経営力向上計画）")
    system: str
    title: str | None
    program: str | None
    status: str | None
    status_ja: str | None
    submitted_on: date | None
    procedures: list[Procedure]
    notices: list[Notice]


class Record(Shape):
    """A record with its values in the canonical model's words."""

    id: str
    system: str
    values: dict[str, Any]


class Looked(Shape):
    """One look at the business."""

    id: str
    at: datetime
    operation: str
    channel: str
    allowed: bool
    rule: str
    purpose: str | None
    client: str | None
    subject: str | None
    actor: str | None
    systems: list[str]
    scopes: list[str]


class Found(Shape):
    """Something that a search found, in the canonical model's words."""

    id: str
    title: str | None
    open: bool | None = Field(
        default=None, description="現在受付中か / whether it is open now; of programs alone"
    )
    values: dict[str, Any]


class Change(Shape):
    """A change of the represented business, as a CloudEvent."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str | None = None
    time: datetime
    datacontenttype: str | None = None
    dataschema: str | None = None
    scope: str | None = None
    data: dict[str, Any] | None = None


class Page(Shape, Generic[T]):
    """Some rows, and the cursor to go on from."""

    items: list[T]
    next: str | None = Field(description="次ページのカーソル / cursor of the next page; null: end")


class Health(Shape):
    """Whether the API can answer."""

    status: str
