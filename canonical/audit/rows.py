"""What an audit row says; it never holds a token, a secret or a value that was read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What was done."""

    READ = "read"
    SIGN_IN = "sign_in"
    ISSUE = "issue"
    INTROSPECT = "introspect"
    REVOKE = "revoke"
    ADMINISTER = "administer"


class Channel(StrEnum):
    """By which door."""

    SSO = "sso"
    API = "api"
    COMMAND_LINE = "command_line"
    OPERATOR_PAGES = "operator_pages"


EVERY_BUSINESS = 0
"""As `party_id`: all businesses were read at once, as by an export. No party has this id."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act, allowed or refused.

    Attributes:
        row_id: random; names the row to whoever may see it.
        at: instant, UTC.
        operation: endpoint (`GET /v1/businesses/{id}`) or command (`hub business show`).
        allowed: whether it was done; a refusal leaves a row as well.
        rule: id of the rule that allowed or refused it.
        client: the client's id; at the command line `operator`.
        subject: issuer and account on whose behalf it was done (the represented party's), or the
            operating system's user.
        actor: issuer and account that acted for the subject, where it is another.
        party_id: the business that was read, or for which a token was issued; EVERY_BUSINESS.
        systems: the systems whose records were shown, for their owners' reports.
        scopes: the scopes that were used; of a confidential stream these are among them.
        details: names and counts alone: fields shown, audience, number of rows, never a value.
    """

    row_id: str
    at: datetime
    action: Action
    channel: Channel
    operation: str
    allowed: bool
    rule: str
    purpose: str | None = None
    client: str | None = None
    subject: str | None = None
    actor: str | None = None
    party_id: int | None = None
    systems: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    token_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def new_row_id(at: datetime) -> str:
    """An id that nobody can guess; those of later rows sort behind those of earlier ones.

    The milliseconds since 1970 and 80 random bits, in hexadecimal.
    """
    return f"{int(at.timestamp() * 1000):012x}{os.urandom(10).hex()}"


def account_name(issuer: str, account: str) -> str:
    """An account as `subject` and `actor` name it: issuer and key, a space between them."""
    return f"{issuer} {account}"
