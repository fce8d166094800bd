"""What all tables share: one metadata, and the few column types both databases agree on.

Times are unix milliseconds, ids are `ids.new_id`, JSON is text.  Nothing here depends on a dialect
beyond what SQLAlchemy writes for us, so that a row means the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, MetaData, Text, false, text
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite makes an INTEGER PRIMARY KEY the row's own address, which saves an index a table.
Id = BigInteger().with_variant(Integer, "sqlite")


class Json(TypeDecorator[Any]):
    """A JSON document kept as text; the connection encodes and decodes it."""

    impl = Text
    cache_ok = True


def primary() -> Column[int]:
    """The usual `id`."""
    return Column("id", Id, primary_key=True, autoincrement=False)


def reference(
    name: str,
    target: str,
    *,
    on_delete: str = "CASCADE",
    nullable: bool = False,
    index: bool = False,
    primary_key: bool = False,
) -> Column[int]:
    """A foreign key *name* to `target`, such as `accounts.id`."""
    return Column(
        name,
        Id,
        ForeignKey(target, ondelete=on_delete),
        nullable=nullable,
        index=index,
        primary_key=primary_key,
        autoincrement=False,
    )


def string(name: str, *, nullable: bool = False, default: str | None = None) -> Column[str]:
    """Text; *default* is the database's own."""
    return Column(
        name,
        Text,
        nullable=nullable,
        server_default=None if default is None else text(f"'{default}'"),
    )


def flag(name: str, *, default: bool = False) -> Column[bool]:
    """A boolean that is false (or *default*) until said otherwise."""
    return Column(name, Boolean, nullable=False, server_default=text("true") if default else false())


def count(name: str) -> Column[int]:
    """A counter that starts at zero."""
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def moment(name: str, *, nullable: bool = False) -> Column[int]:
    """A time in unix milliseconds."""
    return Column(name, BigInteger, nullable=nullable)


def document(name: str, *, nullable: bool = False, default: str | None = None) -> Column[Any]:
    """A JSON document; *default* is JSON text."""
    return Column(
        name,
        Json,
        nullable=nullable,
        server_default=None if default is None else text(f"'{default}'"),
    )
