"""Generated from the OpenAPI document by examples.client.generate; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Actor(TypedDict):
    """An account."""

    account: str
    issuer: str


class Application(TypedDict):
    """An application to any system, with its status, history and notices."""

    id: str
    kind: str
    notices: list[Notice]
    procedures: list[Procedure]
    program: str | None
    status: str | None
    status_ja: str | None
    submitted_on: str | None
    system: str
    title: str | None


class Business(TypedDict):
    """A business; fields beyond the token's scopes are absent."""

    as_of: NotRequired[str | None]
    fields: dict[str, Value]
    id: str
    lists: NotRequired[dict[str, list[ListItem]] | None]


class BusinessName(TypedDict):
    """A business by its id; its name where the token may know it."""

    corporate_number: NotRequired[str | None]
    id: str
    name: NotRequired[str | None]


class Category(TypedDict):
    """What a delegation covers."""

    code: str
    name: str | None
    procedure: str | None


class Change(TypedDict):
    """A change of the represented business, as a CloudEvent."""

    data: NotRequired[dict[str, Any] | None]
    datacontenttype: NotRequired[str | None]
    dataschema: NotRequired[str | None]
    id: str
    scope: NotRequired[str | None]
    source: str
    specversion: str
    subject: NotRequired[str | None]
    time: str
    type: str


class Checking(TypedDict):
    """The answers to a form before they are submitted."""

    answers: dict[str, Any]
    day: NotRequired[str | None]
    draft_version: NotRequired[str | None]


class FieldError(TypedDict):
    """Where a request is wrong."""

    what: str
    where: str


class Filling(TypedDict):
    """Which form is filled in for which day, and what may leave."""

    day: NotRequired[str | None]
    fields: NotRequired[list[str] | None]


class Found(TypedDict):
    """Something that a search found, in the canonical model's words."""

    id: str
    open: NotRequired[bool | None]
    title: str | None
    values: dict[str, Any]


class Health(TypedDict):
    """Whether the API can answer."""

    status: str


class ListItem(TypedDict):
    """One row of a list that holds."""

    as_of: str | None
    since: str | None
    stream: str
    system: str
    values: dict[str, Any]


class Looked(TypedDict):
    """One look at the business."""

    actor: str | None
    allowed: bool
    at: str
    channel: str
    client: str | None
    id: str
    operation: str
    purpose: str | None
    rule: str
    scopes: list[str]
    subject: str | None
    systems: list[str]


class Mandate(TypedDict):
    """A delegation under which a token may be asked for."""

    categories: list[Category]
    ends_on: str | None
    number: str
    starts_on: str | None
    system_code: str


class Me(TypedDict):
    """Who calls, for whom, with what."""

    actors: list[Actor]
    business: BusinessName | None
    client: str
    expires_at: str
    may_represent: list[Representable]
    purposes: list[str]
    scopes: list[str]
    subject: Actor | None


class Notice(TypedDict):
    """A notice to the applicant."""

    body: NotRequired[str | None]
    kind: NotRequired[str | None]
    kind_ja: NotRequired[str | None]
    procedure: NotRequired[str | None]
    sent_at: NotRequired[str | None]
    title: NotRequired[str | None]


class PageApplication(TypedDict):
    """Page_Application_"""

    items: list[Application]
    next: str | None


class PageChange(TypedDict):
    """Page_Change_"""

    items: list[Change]
    next: str | None


class PageFound(TypedDict):
    """Page_Found_"""

    items: list[Found]
    next: str | None


class PageLooked(TypedDict):
    """Page_Looked_"""

    items: list[Looked]
    next: str | None


class PageRecord(TypedDict):
    """Page_Record_"""

    items: list[Record]
    next: str | None


class Problem(TypedDict):
    """Problem Details (RFC 9457)."""

    errors: NotRequired[list[FieldError] | None]
    status: int
    title: str
    title_ja: str
    type: str


class Procedure(TypedDict):
    """One procedure of a project."""

    decided_on: NotRequired[str | None]
    decision: NotRequired[str | None]
    due_at: NotRequired[str | None]
    form_version: NotRequired[str | None]
    history: list[Step]
    id: NotRequired[str | None]
    kind: NotRequired[str | None]
    kind_ja: NotRequired[str | None]
    state: NotRequired[str | None]
    state_ja: NotRequired[str | None]
    submitted_at: NotRequired[str | None]


class Record(TypedDict):
    """A record with its values in the canonical model's words."""

    id: str
    system: str
    values: dict[str, Any]


class Representable(TypedDict):
    """A business that the person may represent: oneself, or by delegation."""

    business: BusinessName
    delegation: Mandate | None


class Step(TypedDict):
    """A step in the history of a procedure."""

    note: NotRequired[str | None]
    occurred_at: NotRequired[str | None]
    state: NotRequired[str | None]
    state_ja: NotRequired[str | None]


class Value(TypedDict):
    """One value that holds, and whose word it is."""

    as_of: str | None
    known_to: NotRequired[int | None]
    precision: NotRequired[str | None]
    since: str | None
    stream: str
    system: str
    value: Any
