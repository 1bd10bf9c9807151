"""A connection: where one system is and what the hub needs to be let in.

Written as JSON or as a URI, in the environment, in `local.env` or in a secrets backend.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from base.errors import SettingsError
from base.redact import register_secret

DEFAULT_TIMEOUT = 30.0
"""Seconds to wait for the next bytes of an answer."""

_SECRET_WORDS = ("secret", "password", "passphrase", "private_key", "api_key", "api_token")
_SECRET_NAMES = frozenset({"client_key", "client_token", "access_token", "token", "application_id"})


@dataclass(frozen=True, slots=True)
class Connection:
    """Address, rate and credentials of one system.

    `rate` is requests a second, None where it is unlimited. `options` are the plain values of the
    connection (client_id, token_url, scope, timeout …) as text; `secrets` never show in `repr`.
    """

    name: str
    address: str
    rate: float | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_mapping(cls, name: str, given: Mapping[str, object]) -> Connection:
        """Build a connection from its keys.

        `address` is required; `rate_per_second` is a number, 0 or absent for unlimited; a key that
        ends in `_file` names a file whose text is the value; keys that speak of secrets go into
        `secrets`, all others into `options`.

        Raises:
            SettingsError: a key is missing or malformed; the message holds no value.
        """
        values = {key: _text(name, key, value) for key, value in given.items() if value is not None}
        address = values.pop("address", "").rstrip("/")
        if not urlsplit(address).scheme:
            raise _wrong(name, "its address is missing or has no scheme such as https://")
        rate = _number(name, "rate_per_second", values.pop("rate_per_second", "0"))
        for key in [key for key in values if key.endswith("_file")]:
            values[key.removesuffix("_file")] = _read_file(name, key, values.pop(key))
        secrets = {key: value for key, value in values.items() if _is_secret(key)}
        for value in secrets.values():
            register_secret(value)
        options = {key: value for key, value in values.items() if key not in secrets}
        if "timeout" in options and not _number(name, "timeout", options["timeout"]) > 0:
            raise _wrong(name, "its timeout must be more than 0 seconds")
        return cls(name, address, rate or None, options, secrets)

    @classmethod
    def parse(cls, name: str, text: str) -> Connection:
        """Read a connection from JSON (`{"address": …}`) or from a URI.

        A URI is `https://CLIENT_ID:CLIENT_SECRET@host/path?rate_per_second=10&token_url=…`: its
        query holds the other keys, percent-encoded.

        Raises:
            SettingsError: neither of both; the message holds no value.
        """
        text = text.strip()
        if text.startswith("{"):
            try:
                given = json.loads(text)
            except ValueError:
                raise _wrong(name, "its value starts like JSON but is not JSON") from None
            return cls.from_mapping(name, given)
        return cls.from_mapping(name, _uri_parts(name, text))

    @property
    def timeout(self) -> float:
        """Seconds to wait for the next bytes of an answer."""
        return float(self.options.get("timeout", DEFAULT_TIMEOUT))

    def option(self, key: str) -> str:
        """A plain value that the caller cannot do without.

        Raises:
            SettingsError: it is not set.
        """
        try:
            return self.options[key]
        except KeyError:
            raise _wrong(self.name, f"its {key} is missing") from None

    def secret(self, key: str) -> str:
        """A secret that the caller cannot do without.

        Raises:
            SettingsError: it is not set.
        """
        try:
            return self.secrets[key]
        except KeyError:
            raise _wrong(self.name, f"its {key} (or {key}_file) is missing") from None


def variable_of(name: str) -> str:
    """The environment variable of a connection: `HUB_CONNECTION_IT_SUBSIDY`."""
    return "HUB_CONNECTION_" + name.upper().replace("-", "_")


def _wrong(name: str, what: str) -> SettingsError:
    return SettingsError(
        f"the connection cannot be used: {what}",
        system=name,
        remedy=f"Correct {variable_of(name)} (for the DAGs, Airflow's connection hub_{name})",
    )


def _text(name: str, key: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _wrong(name, f"its {key} is neither text nor a number")


def _number(name: str, key: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise _wrong(name, f"its {key} is not a number of 0 or more")
    return number


def _read_file(name: str, key: str, path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise _wrong(name, f"the file that its {key} names cannot be read") from None


def _is_secret(key: str) -> bool:
    return key in _SECRET_NAMES or any(word in key for word in _SECRET_WORDS)


def _uri_parts(name: str, text: str) -> dict[str, object]:
    try:
        uri = urlsplit(text)
        host = uri.hostname or ""
        port = f":{uri.port}" if uri.port else ""
    except ValueError:
        raise _wrong(name, "its value is neither JSON nor a URI") from None
    if ":" in host:
        host = f"[{host}]"
    parts: dict[str, object] = dict(parse_qsl(uri.query))
    parts["address"] = urlunsplit((uri.scheme, host + port, uri.path, "", ""))
    if uri.username:
        parts["client_id"] = unquote(uri.username)
    if uri.password:
        parts["client_secret"] = unquote(uri.password)
    return parts
