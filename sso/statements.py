"""The statements of the hot path, in the words of each driver: one costs a group one round trip."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

FAILURE_SECONDS = 60
"""How long failed authentications are counted together."""


class TokenRow(NamedTuple):
    """A token as it is recorded: the columns of `sso_token` that are set at issue."""

    token_id: str
    parent_id: str | None
    session_id: str | None
    client_id: str
    audience: str
    issuer: str | None
    subject: str | None
    actor_issuer: str | None
    actor: str | None
    expires_at: int


class Assertion(NamedTuple):
    """A client assertion that was used; `token_id` is the SHA-256 of its `jti`."""

    client_id: str
    token_id: str
    expires_at: int


_TOKEN = ", ".join(TokenRow._fields)
_CHAIN = """
WITH RECURSIVE chain (start, parent_id, session_id, revoked_at) AS (
  SELECT token_id, parent_id, session_id, revoked_at FROM sso_token WHERE token_id {among}
  UNION ALL
  SELECT chain.start, above.parent_id, above.session_id, above.revoked_at
  FROM chain JOIN sso_token above ON above.token_id = chain.parent_id
)
SELECT chain.start FROM chain
LEFT JOIN sso_session ON sso_session.session_id = chain.session_id
GROUP BY chain.start
HAVING COUNT(chain.revoked_at) = 0 AND COUNT(sso_session.ended_at) = 0
"""
_LIVE = {
    "postgresql": _CHAIN.format(among="= ANY(%s::text[])"),
    "sqlite": _CHAIN.format(among="IN (SELECT value FROM json_each(?))"),
}
_USE = {
    "postgresql": "INSERT INTO sso_assertion (client_id, token_id, expires_at) SELECT * FROM"
    " unnest(%s::text[], %s::text[], %s::bigint[]) ON CONFLICT DO NOTHING"
    " RETURNING client_id, token_id",
    "sqlite": "INSERT INTO sso_assertion (client_id, token_id, expires_at) SELECT value ->> 0,"
    " value ->> 1, value ->> 2 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING"
    " RETURNING client_id, token_id",
}
_ARRAYS = ", ".join(
    f"%s::{'bigint' if name == 'expires_at' else 'text'}[]" for name in TokenRow._fields
)
_ADD = {
    "postgresql": f"INSERT INTO sso_token ({_TOKEN}) SELECT * FROM unnest({_ARRAYS})",  # noqa: S608
    "sqlite": f"INSERT INTO sso_token ({_TOKEN}) VALUES"  # noqa: S608
    f" ({', '.join('?' for _ in TokenRow._fields)})",
}
_REVOKE = {
    "postgresql": "UPDATE sso_token SET revoked_at = %s"
    " WHERE token_id = ANY(%s::text[]) AND revoked_at IS NULL",
    "sqlite": "UPDATE sso_token SET revoked_at = ?"
    " WHERE token_id IN (SELECT value FROM json_each(?)) AND revoked_at IS NULL",
}
_COUNT = """
INSERT INTO sso_failure (bucket, since, failures) VALUES ({p}, {p}, {p})
ON CONFLICT (bucket) DO UPDATE SET
  failures = CASE WHEN sso_failure.since > excluded.since - {seconds}
    THEN sso_failure.failures + excluded.failures ELSE excluded.failures END,
  since = CASE WHEN sso_failure.since > excluded.since - {seconds}
    THEN sso_failure.since ELSE excluded.since END
RETURNING failures, since
"""
_FAIL = {
    "postgresql": _COUNT.format(p="%s", seconds=FAILURE_SECONDS),
    "sqlite": _COUNT.format(p="?", seconds=FAILURE_SECONDS),
}


class Statements:
    """The hot statements on one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._postgresql = self._dialect == "postgresql"

    def version(self) -> int:
        """The configuration's version as it stands now."""
        found = self._connection.exec_driver_sql("SELECT version FROM sso_configuration")
        return int(found.scalar_one())

    def live(self, token_ids: Collection[str]) -> set[str]:
        """Those tokens that are known and neither revoked nor derived from one that is."""
        return {row[0] for row in self._run(_LIVE, self._list(token_ids))}

    def use_assertions(self, some: Sequence[Assertion]) -> set[tuple[str, str]]:
        """Record assertions; which of them were new."""
        given = _columns(some) if self._postgresql else (json.dumps(some),)
        return {(row[0], row[1]) for row in self._run(_USE, *given)}

    def add_tokens(self, rows: Sequence[TokenRow]) -> None:
        """Record tokens."""
        if rows and self._postgresql:
            self._run(_ADD, *_columns(rows))
        elif rows:
            self._connection.exec_driver_sql(_ADD["sqlite"], [tuple(row) for row in rows])

    def revoke(self, token_ids: Collection[str]) -> None:
        """End tokens, and so all that was derived from them."""
        if token_ids:
            self._run(_REVOKE, int(time.time()), self._list(token_ids))

    def count_failures(self, buckets: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Let counters grow; how many failures each has counted, and since when."""
        now = int(time.time())
        found: dict[str, tuple[int, int]] = {}
        for bucket, number in sorted(Counter(buckets).items()):
            row = self._run(_FAIL, bucket, now, number)[0]
            found[bucket] = row[0], row[1]
        return found

    def _list(self, values: Collection[str]) -> Any:
        return list(values) if self._postgresql else json.dumps(list(values))

    def _run(self, statement: dict[str, str], *given: Any) -> Sequence[Any]:
        found = self._connection.exec_driver_sql(statement[self._dialect], given)
        return found.fetchall() if found.returns_rows else ()


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
