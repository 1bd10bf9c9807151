"""The one place that reads the environment: what the hub needs to know about where it runs.

Sources, the first that has a value wins: the environment; `$HUB_HOME/local.env` (written at
set-up with generated secrets, mode 0600); the default.

===================== ==================================================================
HUB_ROOT              the project's folder (default: where this package lies)
HUB_HOME              what this installation keeps (default: `$HUB_ROOT/.hub`)
HUB_DATABASE_URL      the store (default: SQLite `$HUB_HOME/hub.sqlite`)
HUB_SIDE_DATABASE_URL rate budgets, tokens, audit (default: SQLite `$HUB_HOME/side.sqlite`);
                      machines that share rate budgets name one PostgreSQL here
HUB_ARCHIVE           folder of the raw archive (default: `$HUB_HOME/archive`)
HUB_LOG_LEVEL         DEBUG, INFO, WARNING or ERROR (default: INFO)
HUB_SSO_ISSUER        the token service's address (default: http://127.0.0.1:8821)
HUB_SSO_KEY           encrypts its signing keys at rest (made at set-up; `hub sso key make`)
HUB_SSO_ORIGINS       web origins that may read its public documents (default: none)
HUB_SSO_RECALL        seconds for which an identity provider's yes may be used again (default:
                      30, which is the most; 0 asks every time)
HUB_SSO_PROXIES       reverse proxies whose X-Forwarded-For is believed (default: none)
HUB_ALERT_MAIL_SERVER where alerts are mailed (`base.alert_settings`; default: nowhere)
HUB_ALERT_MAIL_PASSWORD its user's password
HUB_ALERT_MAIL_FROM   the sender of those mails
HUB_ALERT_MAIL_TO     their receivers, by commas
HUB_ALERT_WEBHOOK     an address that alerts are posted to (default: none)
HUB_ALERT_WEBHOOK_SECRET signs what is posted there
HUB_ALERT_PAGES       Airflow's address for links in alerts (default: http://127.0.0.1:8080)
HUB_CONNECTION_<NAME> one system's connection, JSON or URI (`base.connection`)
===================== ==================================================================
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from base.alert_settings import AlertSettings
from base.connection import Connection, variable_of
from base.errors import SettingsError
from base.redact import register_secret, url_password

__all__ = ["Connection", "ConnectionSource", "Settings"]

ConnectionSource = Callable[[str], "Connection | None"]
"""Another place connections come from, such as Airflow's; None where it does not know the name."""

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_POSTGRESQL = ("postgres://", "postgresql://")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the hub runs. Checked when it is made; never shows a password in `repr`."""

    root: Path
    home: Path
    archive: Path
    log_level: str
    database_url: str = field(repr=False)
    side_database_url: str = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    connection_source: ConnectionSource | None = field(default=None, repr=False)

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str] | None = None,
        connection_source: ConnectionSource | None = None,
    ) -> Settings:
        """Read and check the settings.

        Args:
            environ: variables, by default the process's; `local.env` adds what they lack.
            connection_source: asked for a connection that no variable names.

        Raises:
            SettingsError: a value is malformed, or `local.env` is readable by others.
        """
        given = dict(os.environ if environ is None else environ)
        root = _folder(given, "HUB_ROOT", Path(__file__).resolve().parent.parent)
        home = _folder(given, "HUB_HOME", root / ".hub")
        values = {**read_env_file(home / "local.env"), **given}
        level = values.get("HUB_LOG_LEVEL", "INFO").upper()
        if level not in LOG_LEVELS:
            raise SettingsError(
                "HUB_LOG_LEVEL is not a log level",
                remedy=f"Set it to one of {', '.join(LOG_LEVELS)}",
            )
        return cls(
            root=root,
            home=home,
            archive=_folder(values, "HUB_ARCHIVE", home / "archive"),
            log_level=level,
            database_url=_database(values, "HUB_DATABASE_URL", home / "hub.sqlite"),
            side_database_url=_database(values, "HUB_SIDE_DATABASE_URL", home / "side.sqlite"),
            environ=values,
            alerts=AlertSettings.of(values),
            connection_source=connection_source,
        )

    def connection(self, name: str) -> Connection:
        """The connection of this name.

        Raises:
            SettingsError: it is not set anywhere, or cannot be used.
        """
        text = self.environ.get(variable_of(name))
        if text:
            return Connection.parse(name, text)
        found = self.connection_source(name) if self.connection_source else None
        if found is None:
            raise SettingsError(
                f"the connection {name} is not set",
                system=name,
                remedy=(
                    f"Set {variable_of(name)} in the environment or in {self.home / 'local.env'}, "
                    'as JSON: {"address": "https://…", "rate_per_second": 5, '
                    '"client_id": "…", "client_secret_file": "…"}; '
                    f"for the DAGs alone, a connection hub_{name} in Airflow will do"
                ),
            )
        return found


def read_env_file(path: Path) -> dict[str, str]:
    """KEY=VALUE lines; blank lines and lines that start with `#` are left out.

    A value may stand in single or double quotes, which are taken off; nothing is expanded.
    A file that does not exist is empty.

    Raises:
        SettingsError: others than its owner may read it, or a line is no KEY=VALUE.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"{path} cannot be read", remedy="Make it a UTF-8 file that belongs to you"
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            f"{path} holds secrets and others than its owner may read it",
            remedy=f"Run: chmod 600 {path}",
        )
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.removeprefix("export ").partition("=")
        if not equals or not key.strip().isidentifier():
            raise SettingsError(
                f"{path} line {number} is not KEY=VALUE", remedy="Write one setting a line"
            )
        values[key.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _folder(values: Mapping[str, str], key: str, default: Path) -> Path:
    text = values.get(key)
    if not text:
        return default
    path = Path(text).expanduser()
    if not path.is_absolute():
        raise SettingsError(f"{key} is not an absolute path", remedy=f"Set {key} to one")
    return path


def _database(values: Mapping[str, str], key: str, default: Path) -> str:
    """A SQLAlchemy URL; PostgreSQL always through psycopg 3."""
    url = values.get(key) or f"sqlite:///{default}"
    for prefix in _POSTGRESQL:
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError(
            f"{key} is neither a SQLite nor a PostgreSQL address",
            remedy=f"Set {key} to sqlite:////absolute/path or postgresql://user:password@host/name",
        )
    register_secret(url_password(url))
    return url
