"""The hub's tokens as they are written and read; each check of a reader by itself."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk, jws

from sso.keys import Keys, SigningKey
from sso.resource import Validator, caller_of
from sso.subjects import DelegationRef
from sso.tokens import MOST_ACTORS, BadToken, Claims, as_json, read, write
from tests.sso.doubles import AGENT, OWNER
from tests.sso.test_keys import House

ISSUER = "https://hub.test"
NOW = int(time.time())
KEY = SigningKey(jwk.ECKey.generate_key("P-256"), "k1", 0, 0)
KEYS = Keys([KEY])
FULL = Claims(
    "t1", "client", "https://api.test", NOW, NOW + 60, frozenset({"a", "b"}), frozenset({"p"}),
    OWNER, (AGENT, OWNER), DelegationRef("D1", "S", "K01", "P1"), "ial2", "PR", "s1", NOW,
)  # fmt: skip


def signed(claims: Any, header: dict[str, Any] | None = None, key: jwk.ECKey = KEY.key) -> str:
    head = {"alg": "ES256", "typ": "at+jwt", "kid": "k1", **(header or {})}
    return jws.serialize_compact(head, json.dumps(claims).encode(), key, algorithms=["ES256"])


def test_what_is_written_is_read() -> None:
    assert read(write(ISSUER, KEYS, FULL, NOW), ISSUER, KEYS, NOW) == FULL


def test_a_client_on_its_own_behalf_has_no_account() -> None:
    own = Claims("t", "client", "x:y", NOW, NOW + 9, frozenset({"a"}), frozenset({"p"}))
    assert read(write(ISSUER, KEYS, own, NOW), ISSUER, KEYS, NOW).subject is None


BAD: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://other.test"},
    "issuer as a list": {"iss": [ISSUER]},
    "no exp": {"exp": None},
    "exp as text": {"exp": str(NOW + 60)},
    "exp as a fraction": {"exp": NOW + 60.5},
    "exp as true": {"exp": True},
    "expired": {"exp": NOW},
    "issued in the future": {"iat": NOW + 60},
    "nbf in the future": {"nbf": NOW + 60},
    "nbf as text": {"nbf": "0"},
    "audience as a list": {"aud": ["https://api.test"]},
    "no audience": {"aud": None},
    "scope as a list": {"scope": ["a"]},
    "no scope": {"scope": None},
    "no jti": {"jti": None},
    "no client": {"client_id": None},
    "no subject": {"sub": None},
    "subject as a number": {"sub": 5},
    "bound to a key": {"cnf": {"jkt": "x"}},
    "act as a text": {"act": "x"},
    "act without issuer": {"act": {"sub": "x"}},
    "delegation as a text": {"delegation": "x"},
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_every_claim_is_checked(case: str) -> None:
    good = as_json(ISSUER, FULL)
    assert read(signed(good), ISSUER, KEYS, NOW)
    told = {name: value for name, value in {**good, **BAD[case]}.items() if value is not None}
    with pytest.raises(BadToken):
        read(signed(told), ISSUER, KEYS, NOW)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "application/at+jwt"},
        {"kid": "k2"},
        {"jwk": KEY.public},
        {"jku": "https://evil.test"},
        {"x5u": "https://evil.test"},
        {"b64": True},
    ],
    ids=["typ", "typ with a tree", "another kid", "jwk", "jku", "x5u", "b64"],
)
def test_every_header_is_checked(header: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        read(signed(as_json(ISSUER, FULL), header), ISSUER, KEYS, NOW)


def test_another_key_and_a_changed_text() -> None:
    good = signed(as_json(ISSUER, FULL))
    other = signed(as_json(ISSUER, FULL), key=jwk.ECKey.generate_key("P-256"))
    head, payload, signature = good.split(".")
    for text in (
        other, f"{head}.{payload}.", f"{head}.{payload}.{'A' * 86}",
        f"{head}.{payload}x.{signature}", f"{good}.x", good + "\n", " " + good, "x" * 9000, "",
    ):  # fmt: skip
        with pytest.raises(BadToken):
            read(text, ISSUER, KEYS, NOW)


def test_a_chain_longer_than_the_limit_is_not_read() -> None:
    act: dict[str, Any] = {}
    for number in range(MOST_ACTORS + 1):
        act = {"iss": "x", "sub": str(number), **({"act": act} if act else {})}
    with pytest.raises(BadToken):
        read(signed({**as_json(ISSUER, FULL), "act": act}), ISSUER, KEYS, NOW)


def test_the_caller_that_a_token_tells_of() -> None:
    caller = caller_of(FULL)
    assert (caller.subject, caller.actors) == (OWNER, (AGENT, OWNER))
    assert (caller.client, sorted(caller.scopes)) == ("client", ["a", "b"])
    assert caller.purposes == frozenset({"p"})


class TestValidator:
    """A resource server's validator on a real store."""

    AUDIENCE = "https://api.test"

    def made(self, house: House, **changed: Any) -> tuple[Validator, str]:
        from sqlalchemy import insert

        from sso.configuration import Current
        from sso.request import Issued
        from sso.tables import TOKEN

        current = Current(house.database, house.settings.sealer)
        validator = Validator(
            current, house.database, "https://hub.test", self.AUDIENCE,
            clock=house.clock, live_seconds=0,
        )  # fmt: skip
        claims = Claims(**{
            "token_id": "t1", "client_id": "c", "audience": self.AUDIENCE,
            "issued_at": house.now, "expires_at": house.now + 60, "scopes": frozenset({"a"}),
            "purposes": frozenset({"p"}), "subject": OWNER, **changed,
        })  # fmt: skip
        with house.database.write() as connection:
            connection.execute(insert(TOKEN).values(Issued(claims, "r", "t0").row()._asdict()))
        return validator, write("https://hub.test", house.keys(), claims, house.now)

    def test_a_good_token(self, tmp_path: Path) -> None:
        validator, token = self.made(House(tmp_path))
        assert validator.caller(token).subject == OWNER

    def test_another_audience_and_the_end(self, tmp_path: Path) -> None:
        house = House(tmp_path)
        validator, token = self.made(house, audience=self.AUDIENCE + "/")
        with pytest.raises(BadToken, match="audience"):
            validator.caller(token)
        validator, token = self.made(house, token_id="t2")
        assert validator.caller(token)
        house.clock.advance(60)
        with pytest.raises(BadToken, match="expired"):
            validator.caller(token)

    @pytest.mark.parametrize("which", ["t1", "t0"])
    def test_revoked_or_derived_from_what_was(self, tmp_path: Path, which: str) -> None:
        from sqlalchemy import insert, update

        from sso.tables import TOKEN

        house = House(tmp_path)
        validator, token = self.made(house)
        with house.database.write() as connection:
            connection.execute(
                insert(TOKEN).values(
                    token_id="t0", client_id="c", audience="x", expires_at=house.now + 60
                )
            )
        assert validator.caller(token)
        with house.database.write() as connection:
            connection.execute(
                update(TOKEN).where(TOKEN.c.token_id == which).values(revoked_at=house.now)
            )
        with pytest.raises(BadToken, match="revoked"):
            validator.caller(token)

    def test_of_a_session_that_ended(self, tmp_path: Path) -> None:
        from sqlalchemy import insert

        from sso.tables import SESSION

        house = House(tmp_path)
        validator, token = self.made(house, session_id="s1")
        assert validator.caller(token)
        with house.database.write() as connection:
            connection.execute(
                insert(SESSION).values(
                    session_id="s1", issuer="x", subject="y", facts={}, authenticated_at=0,
                    expires_at=house.now + 60, ended_at=house.now,
                )
            )  # fmt: skip
        with pytest.raises(BadToken, match="revoked"):
            validator.caller(token)

    def test_a_token_that_the_store_does_not_know(self, tmp_path: Path) -> None:
        house = House(tmp_path)
        validator, _ = self.made(house)
        unknown = write(
            "https://hub.test",
            house.keys(),
            Claims(
                "t9", "c", self.AUDIENCE, house.now, house.now + 60, frozenset({"a"}), frozenset()
            ),
            house.now,
        )
        with pytest.raises(BadToken, match="revoked"):
            validator.caller(unknown)
