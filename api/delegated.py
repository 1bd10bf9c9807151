"""What a delegation (委任) opens to an agent: a policy for each stream, as data.

A policy says for what a delegation is (`CODE`, `CODE/CATEGORY`, `CODE/CATEGORY/PROCEDURE`; the
narrowest counts, and for a delegation of one procedure its own alone) what it opens: a list of
systems and streams (`SYSTEM`, `SYSTEM.STREAM`), or each of these with the kinds of procedures that
show of its applications, `"*"` for all. Under `"*"` stands what everybody may know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from base.errors import SettingsError
from canonical.golden.opening import Kinds, Opening
from canonical.model.codes import PROCEDURE_KINDS
from sso.subjects import DelegationRef

Streams = Mapping[str, Kinds | None]
Policy = Mapping[str, Streams]

VARIABLE = "HUB_API_DELEGATIONS"
EVERY = "*"
PUBLIC: Streams = dict.fromkeys(
    ("corporate_number", "gbizinfo", "support_agency", "smart_sme", "corporate_auth.accounts")
)
"""Published registers, and the account of whoever delegates, of which GビズID itself tells."""

_WHOLE_POLICY: Policy = {EVERY: PUBLIC}


def opening(policy: Policy, delegation: DelegationRef | None, programme: str | None) -> Opening:
    """What is open under a delegation; without one what everybody may know."""
    streams: Streams = {}
    if delegation is not None:
        system, category = delegation.system_code, delegation.category
        names = [f"{system}/{category}/{delegation.procedure}"]
        if delegation.procedure is None:
            names = [f"{system}/{category}", system]
        streams = next((policy[name] for name in names if name in policy), {})
    return Opening(frozenset(policy.get(EVERY, ())), streams, programme)


def read_policy(text: str | None) -> Policy:
    """The policy as the setting writes it.

    Raises:
        SettingsError: it is malformed.
    """
    found: Any = None
    with suppress(ValueError):
        found = json.loads(text) if text else {}
    if not isinstance(found, dict):
        raise _malformed()
    return {**_WHOLE_POLICY, **{_what(what): _streams(some) for what, some in found.items()}}


def _what(what: str) -> str:
    parts = what.split("/")
    if len(parts) > 3 or not all(parts):
        raise _malformed()
    return what


def _streams(told: Any) -> Streams:
    if isinstance(told, list) and all(isinstance(name, str) for name in told):
        return dict.fromkeys(told)
    if not isinstance(told, dict):
        raise _malformed()
    return {name: _kinds(some) for name, some in told.items()}


def _kinds(told: Any) -> Kinds | None:
    if told == "*":
        return None
    if not isinstance(told, list) or not all(kind in PROCEDURE_KINDS for kind in told):
        raise _malformed()
    return frozenset(told)


def _malformed() -> SettingsError:
    return SettingsError(
        f"{VARIABLE} is not as it must be",
        remedy='Write JSON such as {"JGRTS": ["subsidy"], "JGRTS/K02":'
        ' {"subsidy.applications": ["performance_report", "payment_claim"]}};'
        f" the kinds of procedures are {', '.join(PROCEDURE_KINDS)}",
    )
