"""Clients, audiences and rules as a YAML document, to be kept under version control and reviewed.

A document never holds a secret: whoever imports a new client with a secret is shown it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import yaml

from base.errors import SettingsError
from sso.configuration import Configuration, key_set
from sso.model import Audience, Client, Rule

T = TypeVar("T", Client, Audience, Rule)
_HIDDEN = frozenset({"secrets", "keys", "created_at"})
_KINDS: dict[str, type[Client] | type[Audience] | type[Rule]] = {
    "clients": Client,
    "audiences": Audience,
    "rules": Rule,
}
_SETS = frozenset(
    {"grants", "serves", "relying_parties", "scopes", "purposes", "no_agent_programmes"}
)
_LISTS = frozenset({"redirect_uris", "logout_uris"})


@dataclass(frozen=True, slots=True)
class Document:
    """What a document holds."""

    clients: list[Client]
    audiences: list[Audience]
    rules: list[Rule]


def render(configuration: Configuration) -> str:
    """The document of a configuration; what stands at its default is left out."""
    told = {
        "clients": [_told(one) for _, one in sorted(configuration.clients.items())],
        "audiences": [_told(one) for _, one in sorted(configuration.audiences.items())],
        "rules": [_told(one) for _, one in sorted(configuration.rules.items())],
    }
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100)


def _told(one: Client | Audience | Rule) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for known in fields(one):
        value = getattr(one, known.name)
        if known.name in _HIDDEN or value == known.default:
            continue
        plain = sorted(value) if isinstance(value, frozenset) else value
        told[known.name] = list(plain) if isinstance(plain, tuple) else plain
    return told


def parse(text: str, name: str) -> Document:
    """What a document says.

    Args:
        name: of the file, for messages.

    Raises:
        SettingsError: it is no such document; names the entry and the field.
    """
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError:
        raise SettingsError(f"{name} is no YAML") from None
    if not isinstance(told, dict) or set(told) - set(_KINDS):
        raise SettingsError(f"{name} holds something else than {', '.join(_KINDS)}")
    return Document(
        list(_entries(told, "clients", Client, name)),
        list(_entries(told, "audiences", Audience, name)),
        list(_entries(told, "rules", Rule, name)),
    )


def _entries(told: Mapping[str, Any], kind: str, made: type[T], name: str) -> Iterable[T]:
    entries = told.get(kind) or []
    if not isinstance(entries, list):
        raise SettingsError(f"{name}: {kind} is no list")
    for number, entry in enumerate(entries, start=1):
        where = f"{name}: {kind}, entry {number}"
        if not isinstance(entry, dict):
            raise SettingsError(f"{where} is no mapping")
        yield _entry(entry, made, where)


def _entry(entry: Mapping[str, Any], made: type[T], where: str) -> T:
    known = {one.name for one in fields(made)} - _HIDDEN
    if unknown := sorted(set(map(str, entry)) - known):
        raise SettingsError(f"{where}: there is no field {', '.join(unknown)}")
    values = {str(key): _value(str(key), value, where) for key, value in entry.items()}
    try:
        found = made(**values)
    except TypeError:
        raise SettingsError(f"{where} lacks a field that it needs") from None
    if isinstance(found, Client):
        key_set(found.client_id, found.jwks)
    return found


def _value(key: str, value: Any, where: str) -> Any:
    if key in _SETS | _LISTS:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise SettingsError(f"{where}: {key} is no list of texts")
        return frozenset(value) if key in _SETS else tuple(value)
    expected: type = {"jwks": dict, "enabled": bool, "seconds": int}.get(key, str)
    if value is not None and type(value) is not expected:
        raise SettingsError(f"{where}: {key} is no {expected.__name__}")
    return value
