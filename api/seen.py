"""The one way from an endpoint to what is held of a business: as far as a caller may see it.

Endpoints ask here and nowhere else, so that none forgets what a delegation leaves closed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from api.access import Access
from canonical.access.businesses import Shown, computed, golden
from canonical.access.proceedings import Entry
from canonical.access.proceedings import entries as entries_of
from canonical.golden.asof import business as business_of
from canonical.model.business import Business


def entries(
    access: Access,
    party: int,
    entity: str,
    *,
    parts: Sequence[str] = (),
    scopes: Collection[str] = (),
    purpose: str,
) -> list[Entry]:
    """Applications, plans, consultations or cases: see `canonical.access.proceedings.entries`."""
    return entries_of(
        access.service.quick, party, entity, parts=parts, scopes=scopes, purpose=purpose,
        opening=access.opening,
    )  # fmt: skip


def shown(
    access: Access, party: int, *, as_of: date | None = None, with_lists: bool = False
) -> Shown | None:
    """A business with the source of every value; None where nothing is known of it."""
    service, scopes, opening = access.service, access.open_streams, access.opening
    if opening is None and as_of is None and not scopes and not with_lists:
        return golden(service.quick, service.streams, party)
    return computed(service.database, party, as_of=as_of, scopes=scopes, opening=opening)


def usable(access: Access, party: int, day: date | None, purpose: str) -> Business | None:
    """A business as far as it may be used for a purpose; None where nothing may be."""
    return business_of(
        access.service.database, party, as_of=day, purpose=purpose, opening=access.opening
    )
