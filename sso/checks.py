"""Mistakes in clients, audiences and rules that open too much, or that nobody can have meant.

An *error* is refused when it is to be stored; a *warning* is told, and may be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal
from urllib.parse import urlsplit

from base.errors import SettingsError
from sso.configuration import Configuration, key_set
from sso.keys import LONGEST_TOKEN
from sso.model import (
    ASSURANCES,
    AUTHENTICATIONS,
    AUTHORIZATION_CODE,
    CODE,
    GRANTS,
    MODES,
    TOKEN_EXCHANGE,
    Audience,
    Client,
    Rule,
)
from sso.settings import is_loopback

LONGEST_FOR_SYSTEM = 600
_NAME = re.compile(r"[A-Za-z0-9._~-]{1,100}", re.ASCII)
_SCOPE = re.compile(r"[a-z0-9_.:-]{1,60}", re.ASCII)
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with what, by the id of the check."""

    level: Literal["error", "warning"]
    check: str
    what: str

    def __str__(self) -> str:
        return f"{self.level} {self.check}: {self.what}"


def of_client(client: Client, issuer: str) -> Iterator[Mistake]:
    """Mistakes of one client."""
    where = f"client {client.client_id}"
    if not _NAME.fullmatch(client.client_id):
        yield _error(
            "client.id", f"{where}: an id has letters, digits, `.`, `_`, `~` and `-` alone"
        )
    if client.authentication not in AUTHENTICATIONS:
        yield _error("client.authentication", f"{where}: authenticates by none of the known ways")
    for grant in sorted(client.grants - set(GRANTS)):
        yield _error("client.grant", f"{where}: unknown grant {grant}")
    if not client.name.strip():
        yield _error("client.name", f"{where}: has no name")
    yield from _credentials(client, where)
    for uri in (*client.redirect_uris, *client.logout_uris):
        yield from _redirect(uri, where)
    if AUTHORIZATION_CODE in client.grants and not client.redirect_uris:
        yield _error("client.redirect", f"{where}: signs people in without a redirect address")
    if client.redirect_uris and AUTHORIZATION_CODE not in client.grants:
        yield _warning("client.redirect_unused", f"{where}: has redirect addresses it cannot use")
    if client.direct:
        yield _warning(
            "client.direct", f"{where}: may present the identity provider's own access tokens"
        )
    if issuer in client.serves:
        yield _error("client.serves", f"{where}: nobody but the hub is its issuer")


def _credentials(client: Client, where: str) -> Iterator[Mistake]:
    if client.authentication != "private_key_jwt":
        if not client.secrets:
            yield _error("client.secret", f"{where}: has no secret")
        if client.jwks is not None:
            yield _error("client.keys", f"{where}: has keys, but authenticates by a secret")
        return
    if client.secrets:
        yield _error("client.secret", f"{where}: has a secret, but authenticates by keys")
    if client.jwks is None or not client.jwks.get("keys"):
        yield _error("client.keys", f"{where}: has no keys")
        return
    yield from _keys(client.jwks["keys"], where)
    try:
        key_set(client.client_id, client.jwks)
    except SettingsError as error:
        yield _error("client.keys", error.what)


def _keys(keys: Any, where: str) -> Iterator[Mistake]:
    for key in keys:
        if _PRIVATE & set(key):
            yield _error("client.private_key", f"{where}: gave a private key; it must be renewed")
        if key.get("kty") not in ("EC", "RSA"):
            yield _error("client.key_type", f"{where}: keys are EC (P-256) or RSA")
        elif key.get("kty") == "EC" and key.get("crv") != "P-256":
            yield _error("client.key_type", f"{where}: an EC key is of P-256")
        elif key.get("kty") == "RSA" and len(str(key.get("n", ""))) < 342:
            yield _error("client.key_size", f"{where}: an RSA key has 2048 bits or more")
    kids = [key.get("kid") for key in keys]
    if len(set(kids)) < len(kids):
        yield _error("client.key_id", f"{where}: each of several keys has a kid of its own")


def _redirect(uri: str, where: str) -> Iterator[Mistake]:
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or "*" in uri or parts.fragment or "@" in parts.netloc or ".." in parts.path:
        yield _error("client.redirect", f"{where}: {uri} is no exact address")
    elif parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        yield _error("client.redirect_plain", f"{where}: {uri} is not protected by TLS")


def of_audience(audience: Audience, issuer: str) -> Iterator[Mistake]:
    """Mistakes of one audience."""
    name = audience.audience
    where = f"audience {name}"
    parts = urlsplit(name)
    if not parts.scheme or "*" in name or "#" in name or re.search(r"[\s\x00-\x1f]", name):
        yield _error("audience.name", f"{where}: an audience is one absolute URI")
    if name == issuer:
        yield _error("audience.issuer", f"{where}: that is the hub's own name")
    for scope in sorted(audience.scopes):
        if not _SCOPE.fullmatch(scope):
            yield _error("audience.scope", f"{where}: {scope} is no scope")
    if not audience.scopes:
        yield _error("audience.scope", f"{where}: has no scope")
    if not 30 <= audience.seconds <= min(LONGEST_FOR_SYSTEM, LONGEST_TOKEN):
        yield _error("audience.seconds", f"{where}: tokens live 30 to {LONGEST_FOR_SYSTEM} seconds")
    if audience.assurance not in ASSURANCES:
        yield _error("audience.assurance", f"{where}: assurance is none, ial1 or ial2")


def of_rule(rule: Rule, configuration: Configuration, codes: Codes | None) -> Iterator[Mistake]:
    """Mistakes of one rule among clients and audiences that exist."""
    where = f"rule {rule.rule_id}"
    client = configuration.clients.get(rule.client_id)
    audience = configuration.audiences.get(rule.audience)
    if not _NAME.fullmatch(rule.rule_id):
        yield _error("rule.id", f"{where}: an id has letters, digits, `.`, `_`, `~` and `-` alone")
    if rule.mode not in MODES or rule.assurance not in ASSURANCES:
        yield _error("rule.mode", f"{where}: mode or assurance is unknown")
    if client is None:
        yield _error("rule.client", f"{where}: there is no client {rule.client_id}")
    if audience is None:
        yield _error("rule.audience", f"{where}: there is no audience {rule.audience}")
    else:
        for scope in sorted(rule.scopes - audience.scopes):
            yield _error("rule.scope", f"{where}: {scope} is no scope of {rule.audience}")
    if not rule.scopes:
        yield _error("rule.scope", f"{where}: grants no scope")
    if not rule.purposes or any(not CODE.fullmatch(one) for one in rule.purposes):
        yield _error("rule.purpose", f"{where}: names no purpose, or one that is no name")
    if client is not None:
        yield from _fits(rule, client, where)
    yield from _delegation(rule, where, codes)


def _fits(rule: Rule, client: Client, where: str) -> Iterator[Mistake]:
    if rule.mode != "client" and TOKEN_EXCHANGE not in client.grants:
        yield _error("rule.grant", f"{where}: {client.client_id} may not exchange tokens")
    if rule.mode == "client" and "client_credentials" not in client.grants:
        yield _error("rule.grant", f"{where}: {client.client_id} may not ask on its own behalf")
    if rule.mode == "delegate" and client.authentication != "private_key_jwt":
        yield _error(
            "rule.secret_delegate",
            f"{where}: acting for others takes a client that signs (private_key_jwt)",
        )
    if rule.audience in client.serves:
        yield _warning("rule.own_audience", f"{where}: {client.client_id} is that audience itself")
    if not client.enabled:
        yield _warning("rule.disabled", f"{where}: {client.client_id} is disabled")


Codes = dict[str, dict[str, frozenset[str]]]
"""System code → category → its procedures, as far as they are known."""


def _delegation(rule: Rule, where: str, codes: Codes | None) -> Iterator[Mistake]:
    given = (rule.system, rule.category, rule.procedure)
    if any(one is not None and not CODE.fullmatch(one) for one in (*given, rule.programme)):
        yield _error("rule.code", f"{where}: a code has letters, digits, `_`, `.` and `-` alone")
    if rule.mode != "delegate":
        if any(given):
            yield _error("rule.delegation", f"{where}: only a delegate's rule names a delegation")
        return
    if not rule.system or not rule.category:
        yield _error("rule.delegation", f"{where}: a delegate's rule names system and category")
    elif codes is not None:
        categories = codes.get(rule.system)
        if categories is None:
            yield _error("rule.system", f"{where}: nobody delegates for a system {rule.system}")
        elif rule.category not in categories:
            yield _error("rule.category", f"{where}: {rule.system} has no category {rule.category}")
        elif rule.procedure and rule.procedure not in categories[rule.category]:
            yield _error(
                "rule.procedure", f"{where}: {rule.category} has no procedure {rule.procedure}"
            )
    if rule.assurance == "none":
        yield _warning("rule.assurance", f"{where}: lets unchecked accounts act for others")


def overlaps(rules: Iterable[Rule]) -> Iterator[Mistake]:
    """Rules of which one makes another's demands pointless."""
    for one, other in combinations(sorted(rules, key=lambda rule: rule.rule_id), 2):
        same = all(
            getattr(one, name) == getattr(other, name) for name in ("client_id", "audience", "mode")
        )
        shared = one.scopes & other.scopes
        if not same or not shared or not one.purposes & other.purposes:
            continue
        if one.programme != other.programme and None not in (one.programme, other.programme):
            continue
        demands = [
            (rule.assurance, rule.system, rule.category, rule.procedure) for rule in (one, other)
        ]
        kind = "rule.duplicate" if demands[0] == demands[1] else "rule.overlap"
        yield _warning(
            kind,
            f"rules {one.rule_id} and {other.rule_id} both grant {', '.join(sorted(shared))}"
            " on different demands: the weaker one decides"
            if kind == "rule.overlap"
            else f"rules {one.rule_id} and {other.rule_id} both grant {', '.join(sorted(shared))}",
        )


def of_configuration(
    configuration: Configuration, issuer: str, codes: Codes | None = None
) -> list[Mistake]:
    """Every mistake of a whole configuration, errors first."""
    found = [
        *(one for client in configuration.clients.values() for one in of_client(client, issuer)),
        *(one for some in configuration.audiences.values() for one in of_audience(some, issuer)),
        *(
            one
            for rule in configuration.rules.values()
            for one in of_rule(rule, configuration, codes)
        ),
        *overlaps(configuration.rules.values()),
    ]
    granted = {rule.client_id for rule in configuration.rules.values()}
    found += [
        _warning("client.idle", f"client {one.client_id}: no rule grants it anything")
        for one in configuration.clients.values()
        if one.enabled and one.client_id not in granted and not one.serves
    ]
    return sorted(found, key=lambda one: (one.level, one.check, one.what))


def _error(check: str, what: str) -> Mistake:
    return Mistake("error", check, what)


def _warning(check: str, what: str) -> Mistake:
    return Mistake("warning", check, what)
