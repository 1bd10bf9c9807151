"""What a receipt holds: an answer that was filled in, whose word it was, and what it will be read
as when it comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from canonical.model.business import Origin


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it was filled in, and how the form's own stream reads it.

    Attributes:
        path: of the answer in the form's stream, an element of a list with its number.
        field: the form's name of it; `concept` is what it asks.
        text: as it was written into the form.
        origins: whose word it is; of a derived value, of all that it was derived from.
        derived_from: concepts from which it was computed.
        entity, role: of the claim that the answer becomes.
        row: which claim of these: empty for the only one, `year:N` for the Nth closed fiscal year
            counted back, else the element's number.
        values: canonical columns that the stream's rule reads from the text and from those beside
            it in the same group.
        own: those of `values` that this answer alone is about.
    """

    path: str
    field: str
    concept: str
    text: str
    origins: tuple[Origin, ...]
    derived_from: tuple[str, ...]
    entity: str
    role: str
    row: str
    values: Mapping[str, Any]
    own: tuple[str, ...]

    @property
    def as_of(self) -> date | None:
        """The day of the word; the oldest of several, None where one tells none."""
        days = [origin.as_of for origin in self.origins]
        return None if not days or None in days else min(day for day in days if day)


@dataclass(frozen=True, slots=True)
class Filing:
    """What a receipt is for: a form, filled in for a party.

    Attributes:
        system, stream: whose records bring the answers back; `stream` is empty for a form that
            the hub does not read.
        day: on which it was filled in, in Japan.
        purpose: for which the data was used; `client` and `user` as the caller names them.
    """

    party_id: int
    form: str
    version: str | None
    system: str
    stream: str
    day: date
    purpose: str
    client: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it was written."""

    id: str
    at: datetime
    filing: Filing
    given: tuple[Given, ...]
