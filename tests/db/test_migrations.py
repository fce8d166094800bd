"""The schema that migrations make is the one that db/tables describes, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import apsw
import asyncpg
import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from stoa.db import migrate
from stoa.db.tables import metadata
from tests.postgresql import Server

# Full-text search has no word in SQLAlchemy's language; these are core/search's own.
ONLY_IN_MIGRATIONS = {"alembic_version", "status_search"}


def _statements(dialect: Any) -> list[str]:
    made = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)))
        made.extend(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
    return made


def _sqlite_schema(path: Path) -> dict[str, Any]:
    """table → columns, keys and indexes, whatever the order or the words in which they were made."""
    connection = apsw.Connection(str(path))
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    schema: dict[str, Any] = {}
    for name in names:
        if name.startswith(("status_search", "sqlite_", "alembic_")):
            continue
        columns = list(connection.execute(f"SELECT * FROM pragma_table_xinfo('{name}')"))
        keys = list(connection.execute(f"SELECT * FROM pragma_foreign_key_list('{name}')"))
        indexes = {}
        for _, index, unique, origin, partial in connection.execute(f"PRAGMA index_list('{name}')"):
            parts = [row[2] for row in connection.execute(f"PRAGMA index_info('{index}')")]
            where = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (index,)).fetchone()
            condition = where[0].partition(" WHERE ")[2] if where and where[0] else ""
            # An automatic index is called after the order in which it was made.
            label = index if origin == "c" else f"{origin}:{','.join(map(str, parts))}"
            indexes[label] = (unique, origin, partial, parts, condition)
        kind = connection.execute("SELECT wr FROM pragma_table_list WHERE name = ?", (name,)).fetchone()
        schema[name] = (
            {column[1]: column[2:] for column in columns},
            sorted(key[2:] for key in keys),
            indexes,
            kind,
        )
    connection.close()
    return schema


def test_sqlite_migrations_are_in_step_with_the_tables(sqlite_template: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.db"
    connection = apsw.Connection(str(fresh))
    for statement in _statements(sqlite.dialect()):
        connection.execute(statement)
    connection.close()
    migrated, described = _sqlite_schema(sqlite_template), _sqlite_schema(fresh)
    assert set(migrated) == set(described)
    for name in described:
        assert migrated[name] == described[name], name


COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public'
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
"""


async def _postgresql_schema(url: str) -> set[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        rows = [
            tuple(row) for query in (COLUMNS, INDEXES, CONSTRAINTS) for row in await connection.fetch(query)
        ]
    finally:
        await connection.close()
    return {row for row in rows if row[0] not in ONLY_IN_MIGRATIONS}


def test_postgresql_migrations_are_in_step_with_the_tables(postgresql_server: Server) -> None:
    async def build(url: str) -> None:
        connection = await asyncpg.connect(url)
        for statement in _statements(postgresql.dialect()):  # type: ignore[no-untyped-call]
            await connection.execute(statement)
        await connection.close()

    postgresql_server.create("described")
    try:
        asyncio.run(build(postgresql_server.url("described")))
        described = asyncio.run(_postgresql_schema(postgresql_server.url("described")))
        # Nobody may be connected to a template while others copy it, so look at a copy.
        postgresql_server.create("migrated", template="template_stoa")
        migrated = asyncio.run(_postgresql_schema(postgresql_server.url("migrated")))
    finally:
        postgresql_server.drop("described")
    postgresql_server.drop("migrated")
    assert migrated - described == set()
    assert described - migrated == set()


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stoa.db'}"
    assert migrate.bring_up_to_date(url) is True
    assert migrate.bring_up_to_date(url) is False


def test_a_database_of_a_newer_program_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "stoa.db"
    migrate.bring_up_to_date(f"sqlite:///{path}")
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(migrate.MigrationError, match="newer Stoa"):
        migrate.bring_up_to_date(f"sqlite:///{path}")


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "stoa.db"
    path.write_bytes(b"once upon a time " * 1000)
    with pytest.raises(migrate.MigrationError, match="cannot be opened as a database"):
        migrate.bring_up_to_date(f"sqlite:///{path}")


OLDER = ("0001", "0002", "0003", "0004")
TABLES_OF_PEOPLE = """
    INSERT INTO accounts (id, username, username_key, domain, uri, url, created_at)
    VALUES (1, 'alice', 'alice', '', 'https://home.example/users/alice', 'https://home.example/@alice', 1),
           (2, 'carl', 'carl', 'there.example', 'https://there.example/u/carl', '', 1);
    UPDATE accounts SET display_name = 'Élise Jean-Luc' WHERE id = 2;
    INSERT INTO follows (id, follower_id, target_id, created_at) VALUES (3, 1, 2, 1);
    INSERT INTO statuses (id, account_id, uri, visibility, conversation_id, created_at)
    VALUES (4, 1, 'https://home.example/users/alice/statuses/4', 'public', 4, 1),
           (7, 2, 'https://there.example/7', 'public', 7, 1);
    INSERT INTO favourites (id, account_id, status_id) VALUES (5, 2, 4);
"""
# What search knows of them since 0003.
LEARNT = """
    INSERT INTO search_words (word) VALUES ('harbour'), ('hello');
    INSERT INTO account_words (account_id, word)
    VALUES (1, 'alice'), (2, 'carl'), (2, 'elise'), (2, 'jean-luc'), (2, 'luc');
"""
INDEXED = {
    "sqlite": ("'hello harbour'", "'hello harbour q01'), (7, 'q02'"),
    "postgresql": ("$$'harbour':2 'hello':1$$", "$$'harbour':2 'hello':1 'q01'$$), (7, $$'q02'$$"),
}


def _search(older: str, dialect: str, key: str) -> str:
    """What fills the search of an older schema."""
    rows = INDEXED[dialect][older >= "0003"]
    made = f"INSERT INTO status_search ({key}, words) VALUES (4, {rows});"
    return made + (LEARNT if older >= "0003" else "")


KEPT = """
    SELECT a.uri, a.also_known_as, s.uri, f.uri FROM accounts a, statuses s, favourites f
    WHERE a.id = 1 AND s.id = 4
"""
WORDS = "SELECT word FROM search_words ORDER BY word"
NAMES = "SELECT account_id, word FROM account_words ORDER BY account_id, word"
FOUND_BY = [(1, "alice"), (2, "carl"), (2, "elise"), (2, "jean-luc"), (2, "luc")]
EXPECTED = ("https://home.example/users/alice", "[]", "https://home.example/users/alice/statuses/4", None)


@pytest.mark.parametrize("older", OLDER)
def test_what_an_older_schema_held_is_kept_on_sqlite(tmp_path: Path, older: str) -> None:
    path = tmp_path / "stoa.db"
    migrate.bring_up_to_date(f"sqlite:///{path}", revision=older)
    with contextlib.closing(apsw.Connection(str(path))) as connection:
        connection.execute(TABLES_OF_PEOPLE)
        connection.execute(_search(older, "sqlite", "rowid"))
    assert migrate.bring_up_to_date(f"sqlite:///{path}") is True
    with contextlib.closing(apsw.Connection(str(path))) as connection:
        assert list(connection.execute(KEPT)) == [EXPECTED]
        found = "SELECT rowid, words FROM status_search ORDER BY rowid"
        assert list(connection.execute(found)) == [(4, "hello harbour q01"), (7, "q02")]
        assert list(connection.execute(WORDS)) == [("harbour",), ("hello",)]
        assert list(connection.execute(NAMES)) == FOUND_BY


@pytest.mark.parametrize("older", OLDER)
def test_what_an_older_schema_held_is_kept_on_postgresql(postgresql_server: Server, older: str) -> None:
    async def fill_in(url: str) -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(TABLES_OF_PEOPLE)
        await connection.execute(_search(older, "postgresql", "status_id"))
        await connection.close()

    async def read(url: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(url)
        rows = [tuple(row) for row in await connection.fetch(KEPT)]
        found = "SELECT status_id, words::text FROM status_search ORDER BY status_id"
        assert [tuple(row) for row in await connection.fetch(found)] == [
            (4, "'harbour':2 'hello':1 'q01'"),
            (7, "'q02'"),
        ]
        assert [row[0] for row in await connection.fetch(WORDS)] == ["harbour", "hello"]
        assert [tuple(row) for row in await connection.fetch(NAMES)] == FOUND_BY
        await connection.close()
        return rows

    postgresql_server.create("grown")
    try:
        url = postgresql_server.url("grown")
        migrate.bring_up_to_date(url, revision=older)
        asyncio.run(fill_in(url))
        assert migrate.bring_up_to_date(url) is True
        assert asyncio.run(read(url)) == [EXPECTED]
    finally:
        postgresql_server.drop("grown")
