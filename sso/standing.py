"""How accounts and delegations stand in the hub's own synced register, which may only refuse.

The register lags behind the identity provider, so what it does not know yet is no reason to
refuse; what it knows to have ended is. A representative who was succeeded keeps an account until
somebody ends it: it stands no longer once the register has a later プライム account of the same
business for the representative of today, and this one is of somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from canonical.access.quick import Quick, as_day

_ACCOUNT = (
    "SELECT a.starts_on, a.ends_on, a.valid, a.account_type, a.user_name, p.party_id, p.status,"
    " g.closed_on, g.representative_name"
    " FROM stream s"
    " JOIN source_record r ON r.stream_id = s.stream_id AND r.record_key = ?"
    " JOIN claim_account a ON a.record_id = r.record_id AND a.recorded_to IS NULL"
    " LEFT JOIN crosswalk x ON x.record_id = r.record_id AND x.role = 'holder'"
    " AND x.recorded_to IS NULL AND x.scope = ''"
    " LEFT JOIN party p ON p.party_id = x.party_id"
    " LEFT JOIN golden_party g ON g.party_id = p.party_id AND g.recorded_to IS NULL"
    " WHERE s.system = ? AND s.stream = 'accounts'"
)
_OTHERS = (
    "SELECT a.starts_on, a.ends_on, a.valid, a.user_name FROM crosswalk x"
    " JOIN claim_account a ON a.record_id = x.record_id AND a.recorded_to IS NULL"
    " WHERE x.party_id = ? AND x.role = 'holder' AND x.recorded_to IS NULL AND x.scope = ''"
    " AND a.account_type = 'prime'"
)
_DELEGATION = (
    "SELECT d.active, d.ends_on, d.withdrawn_on, d.system_code, d.delegator_account,"
    " d.delegate_account"
    " FROM stream s"
    " JOIN source_record r ON r.stream_id = s.stream_id AND r.record_key = ?"
    " JOIN claim_delegation d ON d.record_id = r.record_id AND d.recorded_to IS NULL"
    " WHERE s.system = ? AND s.stream = 'delegations'"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the register knows against an account or a delegation.

    Attributes:
        ended: why it stands no longer; None where nothing is known against it.
        party_id: the business of an account, where the register knows it.
    """

    ended: str | None = None
    party_id: int | None = None


class Register(Protocol):
    """Where standings are looked up."""

    def account(self, account: str, day: date) -> Standing:
        """How an account stands on a day of Japan."""

    def delegation(self, number: str, delegator: str, day: date) -> Standing:
        """How a delegation stands on a day of Japan."""


class SyncedRegister:
    """The accounts and delegations that the hub has synced. Threads share it.

    Args:
        system: whose streams `accounts` and `delegations` are read.
    """

    def __init__(self, quick: Quick, system: str = "corporate_auth") -> None:
        self._quick = quick
        self._system = system

    def account(self, account: str, day: date) -> Standing:
        """As `Register`.

        Raises:
            StoreUnreachable: it is not known.
        """
        rows = self._quick.rows(_ACCOUNT, (account, self._system))
        if not rows:
            return Standing()
        told = [self._standing(row, day) for row in rows]
        good = [one for one in told if one.ended is None]
        return (good or told)[0]

    def delegation(self, number: str, delegator: str, day: date) -> Standing:
        """As `Register`; `delegator` is the account that is to be represented.

        Raises:
            StoreUnreachable: it is not known.
        """
        row = self._quick.one(_DELEGATION, (number, self._system))
        if row is None:
            return Standing()
        withdrawn, ends = as_day(row["withdrawn_on"]), as_day(row["ends_on"])
        if row["active"] in (False, 0) or (withdrawn is not None and withdrawn <= day):
            return Standing("withdrawn")
        if ends is not None and ends < day:
            return Standing("expired")
        if row["delegator_account"] not in (None, delegator):
            return Standing("another delegator")
        return Standing()

    def _standing(self, row: dict[str, Any], day: date) -> Standing:
        party = row["party_id"]
        if row["valid"] in (False, 0) or _over(row, day):
            return Standing("account", party)
        if party is None:
            return Standing()
        if row["status"] != "current":
            return Standing("merged", party)
        closed = as_day(row["closed_on"])
        if closed is not None and closed <= day:
            return Standing("closed", party)
        if self._succeeded(row, day):
            return Standing("succeeded", party)
        return Standing(None, int(party))

    def _succeeded(self, row: dict[str, Any], day: date) -> bool:
        """Whether a later account is of today's representative, and this one is not."""
        now, name, since = (
            _plain(row["representative_name"]),
            _plain(row["user_name"]),
            as_day(row["starts_on"]),
        )
        if row["account_type"] != "prime" or not now or not name or since is None or now == name:
            return False
        return any(
            _plain(other["user_name"]) == now
            and other["valid"] not in (False, 0)
            and not _over(other, day)
            and (begun := as_day(other["starts_on"])) is not None
            and begun > since
            for other in self._quick.rows(_OTHERS, (row["party_id"],))
        )


def _over(row: dict[str, Any], day: date) -> bool:
    ends = as_day(row["ends_on"])
    return ends is not None and ends < day


def _plain(name: Any) -> str:
    """A name without the blanks that only some systems write."""
    return "".join(str(name or "").split())


class NoRegister:
    """For identity providers whose accounts the hub does not sync: nothing is known."""

    def account(self, account: str, day: date) -> Standing:
        """Nothing."""
        return Standing()

    def delegation(self, number: str, delegator: str, day: date) -> Standing:
        """Nothing."""
        return Standing()
