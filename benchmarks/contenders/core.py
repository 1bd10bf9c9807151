"""requests + SQLAlchemy Core: the script one would write, one executemany upsert a page."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from benchmarks.contenders import Job, pages
from benchmarks.flat import columns

TABLE = sa.Table(
    "flat",
    sa.MetaData(),
    sa.Column(columns.KEY, sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text) for name in columns.TEXT),
    *(sa.Column(name, sa.Integer) for name in columns.INTEGER),
    *(sa.Column(name, sa.Boolean) for name in columns.BOOLEAN),
)


def prepare(job: Job) -> sa.Engine:
    """Connect and create the table."""
    address = job.database.replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(address)
    TABLE.metadata.create_all(engine)
    return engine


def load(job: Job, prepared: sa.Engine) -> None:
    """Upsert page by page, one transaction a page."""
    statement = _upsert(prepared.dialect.name)
    with prepared.connect() as connection:
        for page in pages(job.address):
            with connection.begin():
                connection.execute(statement, page)


def counts(job: Job, prepared: sa.Engine, loaded: None) -> dict[str, int]:
    """Rows of the table."""
    with prepared.connect() as connection:
        query = sa.select(sa.func.count()).select_from(TABLE)
        return {"rows": int(connection.execute(query).scalar_one())}


def _upsert(dialect: str) -> sa.Executable:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(TABLE)
    others = {c.name: statement.excluded[c.name] for c in TABLE.columns if not c.primary_key}
    upsert: sa.Executable = statement.on_conflict_do_update(
        index_elements=[columns.KEY], set_=others
    )
    return upsert
