"""Sessions of people who signed in, and the codes by which front ends learn of them.

The browser holds 256 random bits; the store holds their SHA-256, which also names the session in
tokens. Of the identity provider's token there is one copy, encrypted. A code is recorded as the
parent of the token it is exchanged for, so a code that comes twice ends that token and all that
was derived from it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from base.clock import Clock
from canonical.audit import Action, AuditRow, Channel, account_name, new_row_id
from canonical.audit.insertion import insert as insert_audit
from canonical.store.database import Database
from sso.keys import LONGEST_TOKEN
from sso.model import hashed
from sso.people import Person
from sso.refusals import Refused
from sso.relying_party import SignIn, random_text
from sso.sealing import Sealer
from sso.subjects import AccountKey
from sso.tables import CODE, SESSION, TOKEN

CODE_SECONDS = 60
OPERATION, SIGN_OUT = "GET /authorize", "GET /logout"


@dataclass(frozen=True, slots=True)
class Session:
    """A running session; instants in seconds since 1970."""

    session_id: str
    account: AccountKey
    person: Person
    upstream: str = field(repr=False)
    authenticated_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a front end asked at /authorize, as far as its code is bound to it."""

    client_id: str
    redirect_uri: str
    challenge: str
    scopes: tuple[str, ...]
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A code that was used just now: the session, and what was asked for."""

    code_id: str
    session: Session
    scopes: frozenset[str]
    nonce: str | None


class Sessions:
    """The sessions in the side database; every method waits for it, so not for an event loop."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    def start(self, issuer: str, person: Person, given: SignIn, provider: str) -> tuple[str, str]:
        """Begin a session; the browser's secret, and the session's id."""
        secret = random_text()
        session_id = hashed(secret)
        row = {
            "session_id": session_id,
            "issuer": issuer,
            "subject": person.sub,
            "facts": person.as_json(),
            "upstream": self._sealer.seal(given.access_token.encode()),
            "authenticated_at": given.authenticated_at,
            "expires_at": min(given.expires_at, self._now() + LONGEST_TOKEN),
        }
        told = {"provider": provider, "account_type": person.account_type or "unknown"}
        if person.parent:
            told["parent"] = person.parent
        if person.delegation_number:
            told["delegation"] = person.delegation_number
        with self._database.write() as connection:
            connection.execute(insert(SESSION).values(row))
            self._audit(connection, (issuer, person.sub), "sign_in", None, told)
        return secret, session_id

    def of_browser(self, secret: str | None) -> Session | None:
        """The running session of a browser."""
        return self.find(hashed(secret)) if secret else None

    def find(self, session_id: str) -> Session | None:
        """A running session."""
        with self._database.read() as connection:
            return self._read(connection, session_id)

    def end(self, session_id: str) -> None:
        """End a session, and with it every token that was given out under it."""
        with self._database.write() as connection:
            session = self._read(connection, session_id)
            if session is None:
                return
            connection.execute(
                update(SESSION)
                .where(SESSION.c.session_id == session_id, SESSION.c.ended_at.is_(None))
                .values(ended_at=self._now(), upstream=None)
            )
            self._audit(connection, session.account, "sign_out", None, {})

    def code(self, session: Session, asked: Asked) -> str:
        """A code for a front end: for a minute, for one use."""
        code = random_text()
        now = self._now()
        row = {
            "code_id": hashed(code),
            "session_id": session.session_id,
            "client_id": asked.client_id,
            "redirect_uri": asked.redirect_uri,
            "challenge": asked.challenge,
            "nonce": asked.nonce,
            "scopes": sorted(asked.scopes),
            "expires_at": now + CODE_SECONDS,
        }
        with self._database.write() as connection:
            connection.execute(insert(CODE).values(row))
            self._audit(connection, session.account, "sign_in.code", asked.client_id, {})
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> Redeemed:
        """Use a code. Whoever knows a code but not the rest of its request does not use it up.

        Raises:
            Refused: `code.…`; a second use ends what the first one gave.
        """
        code_id, now = hashed(code), self._now()
        with self._database.write() as connection:
            row = connection.execute(select(CODE).where(CODE.c.code_id == code_id)).first()
            good = (
                row is not None
                and row.client_id == client_id
                and row.redirect_uri == redirect_uri
                and hmac.compare_digest(row.challenge, challenge_of(verifier))
            )
            if row is None or not good:
                raise Refused("code.invalid", client_id=client_id)
            used = connection.execute(
                update(CODE)
                .where(CODE.c.code_id == code_id, CODE.c.used_at.is_(None))
                .values(used_at=now)
            )
            if used.rowcount == 1:
                return self._first_use(connection, dict(row._mapping), now)
            self._end_token(connection, code_id, now)
        raise Refused("code.used", client_id=client_id)

    def _first_use(self, connection: Connection, row: dict[str, Any], now: int) -> Redeemed:
        session = self._read(connection, row["session_id"])
        if session is None or row["expires_at"] <= now:
            raise Refused("code.invalid", client_id=row["client_id"])
        connection.execute(
            insert(TOKEN).values(
                token_id=row["code_id"],
                session_id=row["session_id"],
                client_id=row["client_id"],
                audience="code",
                expires_at=session.expires_at,
            )
        )
        return Redeemed(row["code_id"], session, frozenset(row["scopes"]), row["nonce"])

    def _end_token(self, connection: Connection, code_id: str, now: int) -> None:
        connection.execute(
            update(TOKEN)
            .where(TOKEN.c.token_id == code_id, TOKEN.c.revoked_at.is_(None))
            .values(revoked_at=now)
        )

    def _read(self, connection: Connection, session_id: str) -> Session | None:
        row = connection.execute(
            select(SESSION).where(
                SESSION.c.session_id == session_id,
                SESSION.c.ended_at.is_(None),
                SESSION.c.expires_at > self._now(),
            )
        ).first()
        if row is None or row.upstream is None:
            return None
        return Session(
            row.session_id,
            (row.issuer, row.subject),
            Person.of_json(row.facts),
            self._sealer.open(row.upstream).decode(),
            row.authenticated_at,
            row.expires_at,
        )

    def refused(self, rule: str, client_id: str | None) -> None:
        """Record a sign-in that came to nothing."""
        with self._database.write() as connection:
            self._audit(connection, None, rule, client_id, {}, allowed=False)

    def _audit(
        self,
        connection: Connection,
        account: AccountKey | None,
        rule: str,
        client_id: str | None,
        details: dict[str, Any],
        *,
        allowed: bool = True,
    ) -> None:
        at = datetime.fromtimestamp(self._clock.now().timestamp(), UTC)
        row = AuditRow(
            row_id=new_row_id(at),
            at=at,
            action=Action.SIGN_IN,
            channel=Channel.SSO,
            operation=SIGN_OUT if rule == "sign_out" else OPERATION,
            allowed=allowed,
            rule=rule,
            client=client_id,
            subject=account_name(*account) if account else None,
            details=details,
        )
        insert_audit(connection, [row])

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def known_scopes(asked: Collection[str]) -> tuple[str, ...]:
    """Those of the scopes asked for that a sign-in knows; others are left out (OIDC 3.1.2.1)."""
    return tuple(one for one in SCOPES if one in asked)


SCOPES = ("openid", "profile")
