"""What of a record's values is masked at the terminal: one rule for all commands.

A value is masked where its field is personal, and where its field is personal of individuals and
the record's party is a natural person or of unknown kind. Of a stream that its connector declares
confidential, every value and every record's key is masked: a corporate number is public, but not
that it has a succession case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from canonical.store.batch import ClaimVersion, QuarantineItem
    from mappings.trial import TrialRow

F = TypeVar("F", bound=Callable[..., Any])


def confidential_option(command: F) -> F:
    """`--show-confidential`: show what a confidential stream holds."""
    return click.option(
        "--show-confidential",
        is_flag=True,
        help="Do not mask keys and values of streams in which presence itself is a secret.",
    )(command)


def is_confidential(system: str, stream: str) -> bool:
    """Whether it is a secret which businesses have records in a stream."""
    from connectors import declarations

    declared = declarations().get(system)
    found = declared.streams.get(stream) if declared else None
    return found is not None and found.confidential


def masked_item(item: QuarantineItem) -> QuarantineItem:
    """A quarantine item without the key of a confidential record; its number stays its handle."""
    from base.redact import mask

    if not is_confidential(item.system, item.stream):
        return item
    value = mask(item.value) if item.value is not None else None
    return replace(item, record_key=mask(item.record_key), value=value)


def hidden_claims(claims: Sequence[ClaimVersion]) -> list[ClaimVersion]:
    """The claims of a confidential record: which fields it states, and no value."""
    from base.redact import mask

    return [
        replace(
            claim,
            values={
                name: None if value is None else mask(str(value))
                for name, value in claim.values.items()
            },
        )
        for claim in claims
    ]


def hidden_row(row: TrialRow) -> TrialRow:
    """One line of `hub mapping try` for a confidential record."""
    return masked_row(replace(row, personal=True, raw_personal=True))


def masked_claims(claims: Sequence[ClaimVersion]) -> list[ClaimVersion]:
    """The claims of one record with their personal values masked."""
    from canonical.model.party import is_individual

    individual = is_individual(
        claim.values.get("kind") for claim in claims if claim.entity == "party"
    )
    return [_masked_claim(claim, individual) for claim in claims]


def _masked_claim(claim: ClaimVersion, individual: bool) -> ClaimVersion:
    from base.redact import mask
    from canonical.model import ENTITIES

    personal = {
        field.name
        for field in ENTITIES[claim.entity].fields
        if field.is_personal(individual=individual)
    }
    values = {
        name: mask(str(value)) if name in personal and value is not None else value
        for name, value in claim.values.items()
    }
    return replace(claim, values=values)


def masked_row(row: TrialRow) -> TrialRow:
    """One line of `hub mapping try` with what is personal of it masked."""
    from base.redact import mask

    return replace(
        row,
        raw=_masked_raw(row.raw) if row.raw_personal else row.raw,
        value=mask(row.value) if row.personal and row.value else row.value,
    )


def _masked_raw(raw: str) -> str:
    from base.redact import mask
    from mappings.trial import NOTHING, SEVERAL

    return SEVERAL.join(text if text in NOTHING else mask(text) for text in raw.split(SEVERAL))
