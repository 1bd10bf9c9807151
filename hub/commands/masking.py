"""What of a record's values is masked at the terminal: one rule for all commands.

A value is masked where its field is personal, and where its field is personal of individuals and
the record's party is a natural person or of unknown kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canonical.store.batch import ClaimVersion
    from mappings.trial import TrialRow


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
