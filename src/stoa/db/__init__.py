"""The database: `connect` gives one, `read()` and `write()` lend a connection."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from stoa.db.connection import Conflict, Connection, Unavailable, UniqueViolation
from stoa.db.postgresql import PostgresqlDatabase
from stoa.db.query import Query, Row, any_of, insert, upsert
from stoa.db.sqlite import BeforeCommit, SqliteDatabase

Database: TypeAlias = SqliteDatabase | PostgresqlDatabase


async def connect(url: str, *, before_commit: BeforeCommit) -> Database:
    """The database at *url* (`sqlite:///FILE` or `postgresql://…`), its schema already in place.

    *before_commit* is awaited with the connection of every transaction in which events were
    recorded, inside that transaction.
    """
    if url.startswith("sqlite:///"):
        return SqliteDatabase(Path(url.removeprefix("sqlite:///")), before_commit=before_commit)
    return await PostgresqlDatabase.connect(url, before_commit=before_commit)


__all__ = [
    "BeforeCommit",
    "Conflict",
    "Connection",
    "Database",
    "Query",
    "Row",
    "Unavailable",
    "UniqueViolation",
    "any_of",
    "connect",
    "insert",
    "upsert",
]
