"""Alembic's way in.  Each revision runs in a transaction of its own."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from stoa.db.tables import metadata

# Only one process may migrate; the others wait here (the number is arbitrary but ours).
ADVISORY_LOCK = 0x70616F61


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_postgresql(url: str) -> None:
    address = "postgresql+asyncpg://" + url.split("://", 1)[1]
    engine = create_async_engine(address, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
        await connection.exec_driver_sql("SET lock_timeout = '10s'")
        await connection.commit()
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


def migrate_sqlite(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": 30})
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        migrate(connection)
        connection.commit()
    engine.dispose()


address = context.config.attributes["url"]
if address.startswith("sqlite:///"):
    migrate_sqlite(address)
else:
    asyncio.run(migrate_postgresql(address))
