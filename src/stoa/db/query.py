"""Statements written once in SQLAlchemy Core, compiled once per dialect, run as plain text.

    by_key = Query(select(tags).where(tags.c.key == bindparam("key")))
    row = await conn.first(by_key, key="stoa")

SQLAlchemy is the language here, not the engine: building and compiling a statement costs more than
running it, so a Query is a module constant, or comes from a function under `functools.cache`.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeAlias

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Table,
    Text,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine, UserDefinedType

from stoa.db.tables.base import Json

DialectName: TypeAlias = Literal["sqlite", "postgresql"]

# A named tuple with a field per column.
Row: TypeAlias = Any


@cache
def _dialect(name: DialectName) -> Any:
    # Each is imported where it is used: half of SQLAlchemy's start-up time is the other's.
    if name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.dialect(paramstyle="qmark")
    from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

    return PGDialect_asyncpg()  # type: ignore[no-untyped-call]


def insert_into(table: Table, dialect: DialectName) -> Any:
    """An INSERT that knows ON CONFLICT, which both dialects have and SQL has not."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table)


class Query:
    """One statement.  *build* is the statement, or a function from the dialect's name to it."""

    __slots__ = ("_build", "_compiled")

    def __init__(self, build: ClauseElement | Callable[[DialectName], ClauseElement]) -> None:
        self._build = build
        self._compiled: dict[DialectName, Compiled] = {}

    def compiled(self, dialect: DialectName) -> Compiled:
        """The statement as text, with how to bind its parameters and read its rows."""
        try:
            return self._compiled[dialect]
        except KeyError:
            build = self._build
            statement = build if isinstance(build, ClauseElement) else build(dialect)
            made = self._compiled[dialect] = Compiled(statement, dialect)
            return made


class Compiled:
    """Text for one dialect."""

    __slots__ = ("_defaults", "_encoders", "_names", "read", "sql")

    def __init__(self, statement: ClauseElement, dialect: DialectName) -> None:
        compiled: Any = statement.compile(dialect=_dialect(dialect))
        self.sql: str = str(compiled)
        if "POSTCOMPILE" in self.sql:
            raise TypeError("write any_of(column, [...]) in place of column.in_([...])")
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._defaults = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
        self._encoders = {
            name: encoder
            for name, bind in binds.items()
            if (encoder := _encoder(bind.type, dialect)) is not None
        }
        self.read = _reader(compiled, dialect)

    def arguments(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in the order of the text.  Raises KeyError for one that is missing."""
        values = {**self._defaults, **given} if self._defaults else given
        if not self._encoders:
            return tuple([values[name] for name in self._names])
        encoders = self._encoders
        return tuple(
            [encoders[name](values[name]) if name in encoders else values[name] for name in self._names]
        )


_decode_json = msgspec.json.Decoder().decode
_encode_json = msgspec.json.Encoder().encode


def json_text(value: Any) -> str | None:
    """*value* as JSON text; None stays NULL."""
    return None if value is None else _encode_json(value).decode()


def _encoder(kind: TypeEngine[Any], dialect: DialectName) -> Callable[[Any], Any] | None:
    if isinstance(kind, Json) or (isinstance(kind, Many) and dialect == "sqlite"):
        return json_text
    if isinstance(kind, Many):
        return list
    return None


def _decoder(kind: TypeEngine[Any], dialect: DialectName) -> Callable[[Any], Any] | None:
    if isinstance(kind, Json):
        return _decode_json
    if isinstance(kind, Boolean) and dialect == "sqlite":
        return bool
    return None


def _reader(compiled: Any, dialect: DialectName) -> Callable[[Sequence[Any]], Row]:
    """A function from a raw row to a named tuple."""
    columns = compiled._result_columns if isinstance(compiled, SQLCompiler) else []
    if not columns:
        return tuple
    names = [column.keyname for column in columns]
    row_type: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    make: Callable[[Sequence[Any]], Row] = row_type._make
    decoders = [
        (index, decode)
        for index, column in enumerate(columns)
        if (decode := _decoder(column.type, dialect)) is not None
    ]
    if not decoders:
        return make

    def read(raw: Sequence[Any]) -> Row:
        values = list(raw)
        for index, decode in decoders:
            if values[index] is not None:
                values[index] = decode(values[index])
        return make(values)

    return read


class Many(UserDefinedType[Any]):
    """A list given as one parameter: JSON on SQLite, an array on PostgreSQL."""

    cache_ok = True

    def __init__(self, item: Literal["BIGINT", "TEXT"]) -> None:
        self.item = item


class any_of(ColumnElement[bool]):  # noqa: N801  reads as a function in a query
    """`any_of(statuses.c.id, "ids")`: the column's value is in the list bound as *values*.

    *values* may also be the list itself.  The text stays the same whatever the length of the list,
    so it is compiled and planned once.
    """

    inherit_cache = False
    _is_implicitly_boolean = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], values: str | Sequence[Any]) -> None:
        self.column = column
        kind = Many("TEXT" if isinstance(column.type, Text) else "BIGINT")
        if isinstance(values, str):
            self.bind: Any = bindparam(values, type_=kind)
        else:
            self.bind = bindparam("values", list(values), type_=kind, unique=True)

    @property
    def _from_objects(self) -> list[Any]:
        return list(self.column._from_objects)


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"{column} IN (SELECT value FROM json_each({compiler.process(element.bind, **kw)}))"


@compiles(any_of, "postgresql")
def _any_of_postgresql(element: any_of, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    bind = compiler.process(element.bind, **kw)
    return f"{column} = ANY (CAST({bind} AS {element.bind.type.item}[]))"


def insert(table: Table, *names: str, ignore: bool = False) -> Query:
    """Insert one row from parameters called like the columns *names* (all columns if none given).

    With *ignore*, a row that is already there (by any unique key) is left alone.
    """

    def build(dialect: DialectName) -> ClauseElement:
        statement = insert_into(table, dialect).values(_binds(table, names))
        return statement.on_conflict_do_nothing() if ignore else statement

    return Query(build)


def upsert(table: Table, *names: str, key: Sequence[str], update: Mapping[str, Any] | None = None) -> Query:
    """Insert one row, or set its columns where a row with the same *key* exists.

    *update* says what is set then (expressions over `table.c`); by default every column given.
    """

    def build(dialect: DialectName) -> ClauseElement:
        statement = insert_into(table, dialect).values(_binds(table, names))
        set_ = update or {name: statement.excluded[name] for name in names if name not in key}
        return statement.on_conflict_do_update(index_elements=list(key), set_=dict(set_))

    return Query(build)


def _binds(table: Table, names: Sequence[str]) -> dict[str, Any]:
    wanted = names or [column.name for column in table.columns]
    return {name: bindparam(name, type_=table.c[name].type) for name in wanted}
