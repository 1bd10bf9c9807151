"""The frames that pass between the parts of matching, and the id of a member.

Everything here is a function of the claims that are current, of the model version and of people's
decisions; nothing depends on the order of arrival, on batches, or on ids that the store counted.
"""

from __future__ import annotations

from hashlib import blake2b

from canonical.model import ColumnType

FEATURE_COLUMNS: dict[str, ColumnType] = {
    "kind": ColumnType.TEXT,
    "name_core": ColumnType.TEXT,
    "legal_form": ColumnType.TEXT,
    "legal_form_position": ColumnType.TEXT,
    "name_kana": ColumnType.TEXT,
    "trade_name": ColumnType.TEXT,
    "person_name": ColumnType.TEXT,
    "family_name": ColumnType.TEXT,
    "person_kana": ColumnType.TEXT,
    "birth_on": ColumnType.DATE,
    "established_on": ColumnType.DATE,
    "postal_code": ColumnType.TEXT,
    "prefecture_code": ColumnType.TEXT,
    "municipality_code": ColumnType.TEXT,
    "city": ColumnType.TEXT,
    "town": ColumnType.TEXT,
    "block": ColumnType.TEXT,
    "building": ColumnType.TEXT,
    "phone": ColumnType.TEXT,
    "email": ColumnType.TEXT,
    "as_of": ColumnType.DATE,
    "birth_precision": ColumnType.TEXT,
    "established_precision": ColumnType.TEXT,
}
"""What a member is compared by, reduced (width, kana, legal form, variant characters).

`name_core` is the corporation's name, `person_name` a sole proprietor's or the representative's
(spaces left out), `family_name` the part of it before the space where one stood, `trade_name`
the 屋号. Town and block are in digits of one kind (`3-12-4`).
Dates are the first day of what is known; the precision is `month` where no day is, else null.
"""

_MASK = (1 << 63) - 1


def member_id(system: str, stream: str, record_key: str, role: str, ordinal: int) -> int:
    """The id of one party claim: 63 bits of a hash of where it comes from, the same everywhere."""
    origin = "\x1f".join((system, stream, record_key, role, str(ordinal))).encode()
    return int.from_bytes(blake2b(origin, digest_size=8).digest(), "big") & _MASK
