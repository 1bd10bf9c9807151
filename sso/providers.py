"""The identity providers of an installation: GビズID, and others by configuration.

`$HUB_HOME/identity_providers.yaml` names them in the order in which the sign-in page offers them;
the first is the default. Without the file there is GビズID alone, by the connection
`corporate_auth`, or none where that has no `client_id`. Address (the issuer), client id and secret
stand in the connection of each provider, never in the file:

    gbizid: {kind: gbizid, title: GビズID, connection: corporate_auth}
    city:
      kind: oidc
      title: 市の職員認証
      connection: city_idp
      scopes: [openid, profile]
      assurance: {claim: acr, values: {'urn:example:high': ial2}}
      claims: {corporate_number: org_number, account_type: kind}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import yaml

from base.connection import Connection, variable_of
from base.errors import SettingsError
from base.settings import Settings

FILE = "identity_providers.yaml"
GBIZID_SCOPES = ("openid", "profile", "jp_gbizid_v1_ida", "delegation_info")
"""Asked for by name: without a scope GビズID opens all that a relying party may ever ask for."""

MAPPED = frozenset(
    {"account_type", "parent", "corporate_number", "sole_proprietor_number", "organization"}
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
Kind = Literal["gbizid", "oidc"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One identity provider.

    Attributes:
        connection: its address; options `issuer` (else the address) and `client_id`; secret
            `client_secret`.
        assurance_claim, assurances: which claim tells how well an account was checked, and what
            its values mean (`ial1`, `ial2`); anything else is none.
        claims: name of ours → name of a claim.
    """

    name: str
    kind: Kind
    title: str
    connection: Connection
    scopes: tuple[str, ...] = ("openid",)
    assurance_claim: str | None = None
    assurances: Mapping[str, Literal["ial1", "ial2"]] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """Its issuer, letter for letter."""
        return self.connection.options.get("issuer", self.connection.address)

    @property
    def client_id(self) -> str:
        """The hub's id there."""
        return self.connection.option("client_id")


def providers(settings: Settings) -> list[Provider]:
    """The configured providers, the default first.

    Raises:
        SettingsError: the file or a connection cannot be used.
    """
    path = settings.home / FILE
    if not path.exists():
        return _gbizid_alone(settings)
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        raise _wrong("it is no YAML") from None
    if not isinstance(told, dict):
        raise _wrong("it is no mapping from names to providers")
    found = [_provider(str(name), entry, settings) for name, entry in told.items()]
    if len({one.issuer for one in found}) < len(found):
        raise _wrong("two providers have one issuer")
    return found


def _gbizid_alone(settings: Settings) -> list[Provider]:
    if not settings.environ.get(variable_of("corporate_auth")):
        return []
    connection = settings.connection("corporate_auth")
    if "client_id" not in connection.options:
        return []
    return [Provider("gbizid", "gbizid", "GビズID", connection, GBIZID_SCOPES)]


def _provider(name: str, entry: Any, settings: Settings) -> Provider:
    if not _NAME.fullmatch(name) or not isinstance(entry, dict):
        raise _wrong(f"{name!r} is no provider with a short name in ASCII")
    kind = entry.get("kind")
    if kind not in ("gbizid", "oidc"):
        raise _wrong(f"{name}: kind is gbizid or oidc")
    usual = GBIZID_SCOPES if kind == "gbizid" else ("openid",)
    scopes = entry.get("scopes") or list(usual)
    if not isinstance(scopes, list) or "openid" not in scopes:
        raise _wrong(f"{name}: scopes is a list with openid in it")
    claims, assurance = entry.get("claims") or {}, entry.get("assurance") or {}
    if not isinstance(claims, dict) or set(claims) - MAPPED:
        raise _wrong(f"{name}: claims maps some of {', '.join(sorted(MAPPED))}")
    values = assurance.get("values") or {} if isinstance(assurance, dict) else None
    if not isinstance(values, dict) or set(values.values()) - {"ial1", "ial2"}:
        raise _wrong(f"{name}: assurance has a claim, and values that map to ial1 or ial2")
    return Provider(
        name,
        cast(Kind, kind),
        str(entry.get("title") or name),
        settings.connection(str(entry.get("connection") or name)),
        tuple(map(str, scopes)),
        assurance.get("claim"),
        {str(value): level for value, level in values.items()},
        {str(ours): str(theirs) for ours, theirs in claims.items()},
    )


def _wrong(what: str) -> SettingsError:
    return SettingsError(f"{FILE} cannot be used: {what}", remedy="See docs/guides/sso.md")
