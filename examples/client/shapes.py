"""Generated from the OpenAPI document by examples.client.generate; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Actor(TypedDict):
    """An account."""

    issuer: str
    account: str


class Application(TypedDict):
    """An application to any system, with its status, history and notices."""

    id: str
    kind: str
    system: str
    title: str | None
    program: str | None
    status: str | None
    status_ja: str | None
    submitted_on: str | None
    procedures: list[Procedure]
    notices: list[Notice]


class Business(TypedDict):
    """A business; fields beyond the token's scopes are absent."""

    id: str
    as_of: NotRequired[str | None]
    fields: dict[str, Value]
    lists: NotRequired[dict[str, list[ListItem]] | None]


class BusinessName(TypedDict):
    """A business by its id; its name where the token may know it."""

    id: str
    corporate_number: NotRequired[str | None]
    name: NotRequired[str | None]


class Category(TypedDict):
    """What a delegation covers."""

    code: str
    name: str | None
    procedure: str | None


class Change(TypedDict):
    """A change of the represented business, as a CloudEvent."""

    specversion: str
    id: str
    source: str
    type: str
    subject: NotRequired[str | None]
    time: str
    datacontenttype: NotRequired[str | None]
    dataschema: NotRequired[str | None]
    scope: NotRequired[str | None]
    data: NotRequired[dict[str, Any] | None]


class Checking(TypedDict):
    """The answers to a form before they are submitted."""

    answers: dict[str, Any]
    day: NotRequired[str | None]
    draft_version: NotRequired[str | None]


class FieldError(TypedDict):
    """Where a request is wrong."""

    where: str
    what: str


class Filling(TypedDict):
    """Which form is filled in for which day, and what may leave."""

    day: NotRequired[str | None]
    fields: NotRequired[list[str] | None]


class Found(TypedDict):
    """Something that a search found, in the canonical model's words."""

    id: str
    title: str | None
    open: NotRequired[bool | None]
    values: dict[str, Any]


class Health(TypedDict):
    """Whether the API can answer."""

    status: str


class ListItem(TypedDict):
    """One row of a list that holds."""

    values: dict[str, Any]
    system: str
    stream: str
    as_of: str | None
    since: str | None


class Looked(TypedDict):
    """One look at the business."""

    id: str
    at: str
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


class Mandate(TypedDict):
    """A delegation under which a token may be asked for."""

    number: str
    system_code: str
    starts_on: str | None
    ends_on: str | None
    categories: list[Category]


class Me(TypedDict):
    """Who calls, for whom, with what."""

    client: str
    subject: Actor | None
    actors: list[Actor]
    delegation: str | None
    scopes: list[str]
    purposes: list[str]
    expires_at: str
    business: BusinessName | None
    may_represent: list[Representable]


class Notice(TypedDict):
    """A notice to the applicant."""

    kind: NotRequired[str | None]
    kind_ja: NotRequired[str | None]
    title: NotRequired[str | None]
    body: NotRequired[str | None]
    sent_at: NotRequired[str | None]
    procedure: NotRequired[str | None]


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

    type: str
    title: str
    title_ja: str
    status: int
    errors: NotRequired[list[FieldError] | None]


class Procedure(TypedDict):
    """One procedure of a project."""

    id: NotRequired[str | None]
    kind: NotRequired[str | None]
    kind_ja: NotRequired[str | None]
    state: NotRequired[str | None]
    state_ja: NotRequired[str | None]
    decision: NotRequired[str | None]
    form_version: NotRequired[str | None]
    due_at: NotRequired[str | None]
    submitted_at: NotRequired[str | None]
    decided_on: NotRequired[str | None]
    history: list[Step]


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

    state: NotRequired[str | None]
    state_ja: NotRequired[str | None]
    occurred_at: NotRequired[str | None]
    note: NotRequired[str | None]


class Value(TypedDict):
    """One value that holds, and whose word it is."""

    value: Any
    known_to: NotRequired[int | None]
    precision: NotRequired[str | None]
    system: str
    stream: str
    as_of: str | None
    since: str | None
