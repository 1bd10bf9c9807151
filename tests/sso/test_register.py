"""Clients, rules and keys from the command line: what opens too much is refused; all is audited."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk
from sqlalchemy import select

from base.errors import SettingsError
from canonical.audit.tables import AUDIT_ROW
from canonical.store.database import Database
from canonical.store.migrations import upgrade
from hub.cli import run
from sso import checks
from sso.codes import read as read_codes
from sso.configuration import Configuration
from sso.documents import parse, render
from sso.keys import Keys
from sso.model import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    TOKEN_EXCHANGE,
    Audience,
    Client,
    Rule,
    Secret,
)
from sso.sealing import make_key
from sso.tables import METADATA, SCHEMA
from tests.canonical.conftest import store_url
from tests.canonical.test_migrations import _schema
from tests.sso.running import furnish
from tests.sso.test_keys import House

__all__ = ["store_url"]
ISSUER = "https://hub.test"
API = Audience("https://api.test", "API", frozenset({"a:read"}))
KEY = jwk.ECKey.generate_key("P-256")
PUBLIC = {"keys": [{**KEY.as_dict(private=False), "kid": "1"}]}
SIGNING = Client(
    "signing", "Signs", "private_key_jwt", jwks=PUBLIC, grants=frozenset({TOKEN_EXCHANGE})
)
SECRET = Client(
    "secret", "Secret", "client_secret_basic", (Secret("x"),),
    grants=frozenset({TOKEN_EXCHANGE, CLIENT_CREDENTIALS}),
)  # fmt: skip
RULE = Rule("r", "secret", API.audience, frozenset({"a:read"}), frozenset({"status"}), "self")
DELEGATE = replace(
    RULE, rule_id="d", client_id="signing", mode="delegate", assurance="ial2", system="JGRTS",
    category="K01",
)  # fmt: skip


def signs_in(*uris: str) -> Client:
    return replace(
        SECRET, grants=frozenset({TOKEN_EXCHANGE, AUTHORIZATION_CODE}), redirect_uris=uris
    )


def found(*things: Client | Audience | Rule) -> set[str]:
    """The ids of all checks that find something."""
    clients = {one.client_id: one for one in (SIGNING, SECRET)}
    audiences, rules = {API.audience: API}, {one.rule_id: one for one in (RULE, DELEGATE)}
    for one in things:
        if isinstance(one, Client):
            clients[one.client_id] = one
        elif isinstance(one, Audience):
            audiences[one.audience] = one
        else:
            rules[one.rule_id] = one
    codes = {"JGRTS": {"K01": frozenset({"P0101"})}}
    made = Configuration(1, clients, audiences, rules, Keys([]))
    return {one.check for one in checks.of_configuration(made, ISSUER, codes)}


def private() -> dict[str, Any]:
    return {"keys": [{**KEY.as_dict(private=True), "kid": "1"}]}


MISTAKES: dict[str, tuple[Client | Audience | Rule, str]] = {
    "wildcard redirect": (signs_in("https://*.example.jp/cb"), "client.redirect"),
    "redirect with a fragment": (signs_in("https://a.jp/cb#x"), "client.redirect"),
    "redirect with a user": (signs_in("https://a@b.jp/cb"), "client.redirect"),
    "redirect without TLS": (signs_in("http://a.jp/cb"), "client.redirect_plain"),
    "redirect to an app": (signs_in("myapp://cb"), "client.redirect_plain"),
    "redirect to a script": (signs_in("javascript:alert(1)"), "client.redirect"),
    "sign-in without redirect": (signs_in(), "client.redirect"),
    "no keys": (replace(SIGNING, jwks=None), "client.keys"),
    "keys beside a secret": (replace(SECRET, jwks=PUBLIC), "client.keys"),
    "private key": (replace(SIGNING, jwks=private()), "client.private_key"),
    "shared secret as a key": (
        replace(SIGNING, jwks={"keys": [{"kty": "oct", "k": "x"}]}), "client.key_type"),
    "weak RSA": (
        replace(SIGNING, jwks={"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}),
        "client.key_size"),
    "no secret": (replace(SECRET, secrets=()), "client.secret"),
    "unknown grant": (replace(SECRET, grants=frozenset({"password"})), "client.grant"),
    "client id with a space": (replace(SECRET, client_id="a b"), "client.id"),
    "serves the hub": (replace(SECRET, serves=frozenset({ISSUER})), "client.serves"),
    "direct profile": (replace(SECRET, relying_parties=frozenset({"x"})), "client.direct"),
    "wildcard audience": (replace(API, audience="https://*.test"), "audience.name"),
    "audience without scheme": (replace(API, audience="api"), "audience.name"),
    "the hub as an audience": (replace(API, audience=ISSUER), "audience.issuer"),
    "wildcard scope": (replace(API, scopes=frozenset({"*"})), "audience.scope"),
    "tokens for a day": (replace(API, seconds=86_400), "audience.seconds"),
    "rule of nobody": (replace(RULE, client_id="nobody"), "rule.client"),
    "rule for an unknown audience": (replace(RULE, audience="https://x.test"), "rule.audience"),
    "rule beyond the audience": (replace(RULE, scopes=frozenset({"b:read"})), "rule.scope"),
    "rule without purpose": (replace(RULE, purposes=frozenset()), "rule.purpose"),
    "wildcard purpose": (replace(RULE, purposes=frozenset({"*"})), "rule.purpose"),
    "delegate with a secret": (replace(DELEGATE, client_id="secret"), "rule.secret_delegate"),
    "delegate without category": (replace(DELEGATE, category=None), "rule.delegation"),
    "unknown system": (replace(DELEGATE, system="XXXXX"), "rule.system"),
    "unknown category": (replace(DELEGATE, category="K99"), "rule.category"),
    "unknown procedure": (replace(DELEGATE, procedure="P9"), "rule.procedure"),
    "delegation for itself": (replace(RULE, system="JGRTS"), "rule.delegation"),
    "delegate unchecked": (replace(DELEGATE, assurance="none"), "rule.assurance"),
    "on its own behalf without the grant": (
        replace(RULE, client_id="signing", mode="client"), "rule.grant"),
    "overlap": (replace(RULE, rule_id="r2", assurance="ial2"), "rule.overlap"),
    "duplicate": (replace(RULE, rule_id="r2"), "rule.duplicate"),
    "client that nobody uses": (replace(SECRET, client_id="idle"), "client.idle"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES, ids=str)
def test_mistakes_are_found(case: str) -> None:
    assert not found()
    thing, check = MISTAKES[case]
    assert check in found(thing)


def test_what_is_right_is_left_alone() -> None:
    assert not found(signs_in("https://a.jp/cb", "http://127.0.0.1:8823/cb"))


def test_an_error_is_not_stored_and_a_warning_is(tmp_path: Path) -> None:
    register = House(tmp_path).register
    with pytest.raises(SettingsError, match="TLS"):
        register.add_client(signs_in("http://a.jp/cb"))
    assert not register.read().clients
    register.add_client(replace(SECRET, secrets=()))
    with pytest.raises(SettingsError, match="exists already"):
        register.add_client(replace(SECRET, secrets=()))
    assert [one.check for one in register.check()] == ["client.idle"]


def test_a_rotated_secret_goes_on_for_a_day(tmp_path: Path) -> None:
    house = House(tmp_path)
    first = house.register.add_client(replace(SECRET, secrets=()))
    second = house.register.rotate_secret("secret")

    def good(secret: str | None) -> bool:
        return bool(secret) and house.register.read().clients["secret"].holds(
            str(secret), house.now
        )

    assert good(first)
    assert good(second)
    house.clock.advance(24 * 3600)
    assert not good(first)
    third = house.register.rotate_secret("secret", at_once=True)
    assert not good(second)
    assert good(third)


def test_documents_come_back_as_they_went_out(tmp_path: Path) -> None:
    house = House(tmp_path / "one")
    furnish(house.register)
    text = render(house.register.read())
    assert all(secret.hash not in text for one in house.register.read().clients.values()
               for secret in one.secrets)  # fmt: skip
    other = House(tmp_path / "other")
    document = parse(text, "file.yaml")
    new = other.register.replace_all(document.clients, document.audiences, document.rules)
    assert render(other.register.read()) == text
    assert "desk" in new
    assert "portal" not in new
    again = other.register.replace_all(document.clients, document.audiences, document.rules)
    assert not again
    assert other.register.read().clients["desk"].holds(new["desk"], other.now)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("clients: 5", "no list"),
        ("people: []", "something else"),
        ("- a", "something else"),
        ("a: [", "no YAML"),
        ("clients: [5]", "entry 1 is no mapping"),
        ("clients: [{client_id: a}]", "lacks a field"),
        ("clients: [{client_id: a, secret: x}]", "no field secret"),
        ("rules: [{rule_id: a, scopes: all}]", "scopes is no list"),
        ("audiences: [{audience: a, seconds: long}]", "seconds is no int"),
    ],
)
def test_a_document_that_is_none(text: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what):
        parse(text, "file.yaml")


def test_a_document_with_a_mistake_changes_nothing(tmp_path: Path) -> None:
    register = House(tmp_path).register
    text = "audiences: [{audience: 'https://a.test', title: A, scopes: ['*']}]"
    document = parse(text, "file.yaml")
    with pytest.raises(SettingsError, match="no scope"):
        register.replace_all(document.clients, document.audiences, document.rules)
    assert not register.read().audiences


def test_codes_of_what_can_be_delegated() -> None:
    codes = read_codes(Path("mocks/corporate_auth/delegable.yaml"))
    assert codes["JGRTS"]["K01"] == {"P0101", "P0102"}
    assert codes["JGRTS"]["K03"] == frozenset()


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `hub sso …`; its exit code and standard output."""
    monkeypatch.setenv("HUB_SSO_KEY", make_key())

    def call(*args: str) -> tuple[int, str]:
        code = run(["sso", *args])
        return code, capsys.readouterr().out

    return call


def test_the_command_line(command: Any, tmp_path: Path) -> None:
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps(PUBLIC))
    assert command("audience", "add", API.audience, "--title", "API", "--scope", "a:read")[0] == 0
    code, secret = command(
        "client", "add", "desk", "--name", "Desk", "--authentication", "client_secret_basic",
        "--grant", "client_credentials",
    )  # fmt: skip
    assert code == 0
    assert len(secret.strip()) == 43
    add = ("client", "add", "portal", "--name", "P", "--grant", "exchange", "--jwks", str(jwks))
    assert command(*add) == (0, "")
    rule = (
        "policy", "add", "one", "--client", "portal", "--audience", API.audience,
        "--scope", "a:read", "--purpose", "status", "--mode", "delegate", "--system", "JGRTS",
        "--category", "K01",
    )  # fmt: skip
    assert command(*rule)[0] == 0
    assert command(*[*rule[:2], "two", "--mode", "client", *rule[3:11]])[0] == 3
    assert "one  portal -> https://api.test  delegate" in command("policy", "list")[1]
    assert command("policy", "check")[0] == 0
    assert command("policy", "check", "--strict")[0] == 1
    assert json.loads(command("client", "show", "portal")[1])["rules"][0]["rule_id"] == "one"
    assert secret.strip() not in command("client", "show", "desk")[1]
    code, new = command("client", "rotate-secret", "desk", "--now")
    assert (code, len(new.strip())) == (0, 43)
    exported = command("client", "export")[1]
    file = tmp_path / "sso.yaml"
    file.write_text(exported)
    assert command("client", "import", str(file))[0] == 0
    assert command("client", "disable", "desk")[0] == 0
    assert "DISABLED" in command("client", "list")[1]
    assert command("client", "enable", "desk")[0] == 0
    assert command("policy", "remove", "one")[0] == 0
    assert command("policy", "remove", "one")[0] == 3
    assert command("key", "rotate")[0] == 0
    listed = json.loads(command("key", "list", "--json")[1])
    assert [one["state"] for one in listed] == ["signing", "waiting"]
    assert "d" not in listed[0]
    assert len(json.loads(command("audience", "list", "--json")[1])) == 1


def test_every_change_is_audited(tmp_path: Path) -> None:
    house = House(tmp_path)
    furnish(house.register)
    house.register.rotate_key()
    with house.database.read() as connection:
        rows = connection.execute(select(AUDIT_ROW)).all()
    operations = {row.operation for row in rows}
    assert operations >= {
        "hub sso client add", "hub sso audience add", "hub sso policy add",
        "hub sso client disable", "hub sso key rotate",
    }  # fmt: skip
    assert {row.action for row in rows} == {"administer"}


def test_migrations_and_tables_agree(store_url: str) -> None:
    database = Database(store_url)
    with database.write() as connection:
        METADATA.create_all(connection)
        declared = _schema(connection)
        METADATA.drop_all(connection)
    upgrade(database, SCHEMA)
    with database.read() as connection:
        migrated = _schema(connection)
    database.close()
    assert migrated.pop("sso_version")
    assert migrated == declared
