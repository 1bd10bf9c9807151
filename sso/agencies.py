"""Support agencies (認定経営革新等支援機関): which account is which agency's, and still certified.

GビズID knows nothing of the certification, and many agencies are individuals, so neither a number
nor a name leads from an account to an agency. The operator links the account (issuer and key) that
an agency registered by its 認定支援機関ID. Whether it is certified on a day is asked of the hub's
own synced register each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select

from base.clock import Clock
from base.errors import SettingsError
from canonical.access.quick import Quick, as_day
from canonical.store.database import Database
from sso.subjects import AccountKey
from sso.tables import AGENCY

_CERTIFIED = (
    "SELECT a.status, a.certified_on, a.valid_until FROM claim_agency a"
    " JOIN source_record r ON r.record_id = a.record_id"
    " JOIN stream s ON s.stream_id = r.stream_id AND s.system = ?"
    " WHERE a.agency_id = ? AND a.recorded_to IS NULL"
)
_MEMBERS = (
    "SELECT a.account_key, a.user_email, x.party_id FROM claim_account a"
    " JOIN crosswalk x ON x.record_id = a.record_id AND x.role = 'holder'"
    " AND x.recorded_to IS NULL AND x.scope = ''"
    " WHERE a.recorded_to IS NULL AND a.account_type = 'member' AND a.user_email IS NOT NULL"
    " ORDER BY a.account_key"
)


@dataclass(frozen=True, slots=True)
class Link:
    """An account, and the agency whose it is; whether that is certified today."""

    account: AccountKey
    agency_id: str
    certified: bool


class Agencies:
    """Links between accounts and agencies. Threads may share it; every method waits.

    Args:
        database: the side database, which holds the links.
        quick: the store, which holds the register.
        system: whose register it is.
    """

    def __init__(
        self, database: Database, quick: Quick, clock: Clock, system: str = "support_agency"
    ) -> None:
        self._database = database
        self._quick = quick
        self._clock = clock
        self._system = system

    def link(self, account: AccountKey, agency_id: str) -> None:
        """Let an account be an agency's; takes the place of what it was before.

        Raises:
            SettingsError: the register knows no such agency that is certified today.
        """
        if not self.certified(agency_id, self._clock.today()):
            raise SettingsError(
                f"the register knows no agency {agency_id} that is certified today",
                remedy="Check the 認定支援機関ID, or sync support_agency first",
            )
        row = {
            "issuer": account[0],
            "subject": account[1],
            "agency_id": agency_id,
            "linked_at": int(self._clock.now().timestamp()),
        }
        with self._database.write() as connection:
            connection.execute(delete(AGENCY).where(*_is(account)))
            connection.execute(insert(AGENCY).values(row))

    def unlink(self, account: AccountKey) -> None:
        """Let an account be no agency's.

        Raises:
            SettingsError: it was none's.
        """
        with self._database.write() as connection:
            if connection.execute(delete(AGENCY).where(*_is(account))).rowcount == 0:
                raise SettingsError(
                    "this account is no agency's", remedy="`hub sso agency list` shows the links"
                )

    def of(self, account: AccountKey) -> str | None:
        """The agency whose an account is, while it is certified today."""
        with self._database.read() as connection:
            row = connection.execute(select(AGENCY.c.agency_id).where(*_is(account))).first()
        if row is None or not self.certified(row.agency_id, self._clock.today()):
            return None
        return str(row.agency_id)

    def all(self) -> list[Link]:
        """Every link."""
        with self._database.read() as connection:
            rows = connection.execute(select(AGENCY).order_by(AGENCY.c.agency_id)).all()
        day = self._clock.today()
        return [
            Link((row.issuer, row.subject), row.agency_id, self.certified(row.agency_id, day))
            for row in rows
        ]

    def certified(self, agency_id: str, day: date) -> bool:
        """Whether the register says that an agency is certified on a day of Japan."""
        rows = self._quick.rows(_CERTIFIED, (self._system, agency_id))
        return any(_valid(row, day) for row in rows)


def shared_members(quick: Quick, least: int = 2) -> list[tuple[int, list[str]]]:
    """メンバー accounts by which one person is seen at several businesses: an outsider whom its
    clients made a member, where GビズID means a delegation.

    Returns:
        How many businesses, and the accounts; the most businesses first. Who it is, is not told.
    """
    people: dict[str, list[dict[str, Any]]] = {}
    for row in quick.rows(_MEMBERS):
        people.setdefault(str(row["user_email"]).lower(), []).append(row)
    found = [
        (len({row["party_id"] for row in rows}), [str(row["account_key"]) for row in rows])
        for rows in people.values()
    ]
    return sorted((one for one in found if one[0] >= least), key=lambda one: (-one[0], one[1]))


def _valid(row: dict[str, Any], day: date) -> bool:
    since, until = as_day(row["certified_on"]), as_day(row["valid_until"])
    return (
        row["status"] == "valid"
        and (since is None or since <= day)
        and (until is None or day <= until)
    )


def _is(account: AccountKey) -> Sequence[Any]:
    return AGENCY.c.issuer == account[0], AGENCY.c.subject == account[1]
