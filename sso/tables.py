"""The token service's own tables, in the side database: nothing here waits for a sync.

Instants are whole seconds since 1970 (NumericDate, RFC 7519), as they stand in tokens. No table
holds a secret: client secrets are hashes, private keys and upstream tokens are encrypted
(`sso.sealing`), tokens are known by their `jti` alone.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from canonical.store.migrations import Schema

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

CONFIGURATION = Table(
    "sso_configuration",
    METADATA,
    Column("one", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    comment="One row; its version grows with every change of clients, audiences, rules and keys",
)

CLIENT = Table(
    "sso_client",
    METADATA,
    Column("client_id", String(100), primary_key=True),
    Column("name", Text, nullable=False),
    Column("contact", Text),
    Column("authentication", String(30), nullable=False),
    Column("secrets", JSON, nullable=False, comment="[{hash: SHA-256, until: seconds or null}]"),
    Column("jwks", JSON, comment="Public keys alone"),
    Column("grants", JSON, nullable=False),
    Column("redirect_uris", JSON, nullable=False),
    Column("logout_uris", JSON, nullable=False),
    Column("serves", JSON, nullable=False, comment="Audiences whose tokens it may introspect"),
    Column("relying_parties", JSON, nullable=False, comment="Direct profile: azp of its tokens"),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

AUDIENCE = Table(
    "sso_audience",
    METADATA,
    Column("audience", String(300), primary_key=True),
    Column("title", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("seconds", Integer, nullable=False, comment="How long a token for it lives"),
    Column("assurance", String(10), nullable=False, comment="The least: none, ial1 or ial2"),
    Column("no_agent_programmes", JSON, nullable=False),
)

RULE = Table(
    "sso_rule",
    METADATA,
    Column("rule_id", String(100), primary_key=True),
    Column("client_id", String(100), ForeignKey("sso_client.client_id"), nullable=False),
    Column("audience", String(300), ForeignKey("sso_audience.audience"), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("purposes", JSON, nullable=False),
    Column("mode", String(10), nullable=False, comment="self, delegate or client"),
    Column("assurance", String(10), nullable=False),
    Column("system", String(40)),
    Column("category", String(40)),
    Column("procedure", String(40)),
    Column("programme", String(100)),
)

KEY = Table(
    "sso_key",
    METADATA,
    Column("kid", String(100), primary_key=True),
    Column("public", JSON, nullable=False),
    Column("sealed", LargeBinary, nullable=False, comment="The private key, encrypted"),
    Column("published_at", BigInteger, nullable=False),
    Column("signs_from", BigInteger, nullable=False),
    Column("signs_until", BigInteger),
    Column("removed_at", BigInteger, comment="When it leaves the key set"),
)

TOKEN = Table(
    "sso_token",
    METADATA,
    Column("token_id", String(64), primary_key=True),
    Column("parent_id", String(64)),
    Column("session_id", String(64)),
    Column("client_id", String(100), nullable=False),
    Column("audience", String(300), nullable=False),
    Column("issuer", String(300)),
    Column("subject", String(300)),
    Column("actor_issuer", String(300)),
    Column("actor", String(300)),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
Index(
    "ix_sso_token_session",
    TOKEN.c.session_id,
    sqlite_where=TOKEN.c.session_id.is_not(None),
    postgresql_where=TOKEN.c.session_id.is_not(None),
)
Index("ix_sso_token_expires_at", TOKEN.c.expires_at)

ASSERTION = Table(
    "sso_assertion",
    METADATA,
    Column("client_id", String(100), primary_key=True),
    Column("token_id", String(64), primary_key=True, comment="SHA-256 of the assertion's jti"),
    Column("expires_at", BigInteger, nullable=False),
)

FAILURE = Table(
    "sso_failure",
    METADATA,
    Column("bucket", String(64), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
)

SESSION = Table(
    "sso_session",
    METADATA,
    Column("session_id", String(64), primary_key=True),
    Column("issuer", String(300), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("facts", JSON, nullable=False, comment="What the identity provider answered"),
    Column("upstream", LargeBinary, comment="The identity provider's access token, encrypted"),
    Column("authenticated_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)
Index("ix_sso_session_account", SESSION.c.issuer, SESSION.c.subject)
Index("ix_sso_session_expires_at", SESSION.c.expires_at)

CODE = Table(
    "sso_code",
    METADATA,
    Column("code_id", String(64), primary_key=True, comment="SHA-256 of the authorization code"),
    Column("session_id", String(64), nullable=False),
    Column("client_id", String(100), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", String(43), nullable=False, comment="PKCE, S256"),
    Column("nonce", Text),
    Column("scopes", JSON, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)
Index("ix_sso_code_expires_at", CODE.c.expires_at)

AGENCY = Table(
    "sso_agency",
    METADATA,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(300), primary_key=True),
    Column("agency_id", String(20), nullable=False, comment="認定支援機関ID"),
    Column("linked_at", BigInteger, nullable=False),
)
Index("ix_sso_agency_agency_id", AGENCY.c.agency_id)

SCHEMA = Schema("sso.migrations", "sso_version", lambda: METADATA)
"""The token service's schema, for `canonical.store.migrations`."""
