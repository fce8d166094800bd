"""The rules of the house that a machine can hold (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
import dataclasses
import typing
from pathlib import Path

import pytest

from stoa.core import events
from stoa.db import migrate, tables
from stoa.reactions import REACTIONS

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "stoa"
MODULES = sorted(SOURCE.rglob("*.py"))
WRITES = ("insert", "update", "delete", "upsert")
OWNERS = {
    table.name: (table.comment or "").removeprefix("owner: ") for table in tables.metadata.sorted_tables
}


OWNERS["status_search"] = "core/search"  # made by the migrations alone


def test_every_table_names_its_owner() -> None:
    missing = [name for name, owner in OWNERS.items() if not (SOURCE / owner).exists() or not owner]
    assert missing == []


class Writes(ast.NodeVisitor):
    """Finds `insert(TABLE)`, `update(TABLE)`, … and `TABLE.insert()`, under whatever names.

    Where the table is a parameter, those given to the function in the same module count.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.tables: dict[str, str] = {}  # local name → table
        self.modules: set[str] = set()  # local names of stoa.db.tables
        self.verbs: dict[str, str] = {}  # local name → insert, update, …
        self.found: list[tuple[int, str]] = []
        self.unclear: list[int] = []
        self.inside: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.calls: dict[str, list[ast.Call]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self._import(node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                self.calls.setdefault(node.func.id, []).append(node)
        self.visit(tree)

    def _import(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        for name in node.names:
            local = name.asname or name.name
            if module.startswith("stoa.db.tables") and name.name in OWNERS:
                self.tables[local] = name.name
            elif module == "stoa.db" and name.name == "tables":
                self.modules.add(local)
            elif name.name in WRITES and (module == "stoa.db" or module.startswith("sqlalchemy")):
                self.verbs[local] = name.name

    def _named(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            # The one table that SQLAlchemy does not know of; what is called so is it.
            return "status_search" if node.id == "status_search" else self.tables.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return node.attr if node.value.id in self.modules and node.attr in OWNERS else None
        return None

    def _tables(self, node: ast.expr) -> list[str]:
        """The tables that *node* may be; "?" where that cannot be told."""
        for function in reversed(self.inside):
            names = [argument.arg for argument in function.args.args]
            if isinstance(node, ast.Name) and node.id in names:
                index = names.index(node.id)
                calls = self.calls.get(function.name, [])
                return [self._named(call.args[index]) or "?" for call in calls if len(call.args) > index]
        return [self._named(node) or "?"]

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.inside.append(node)
        self.generic_visit(node)
        self.inside.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  the name ast calls

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        if isinstance(called, ast.Name) and called.id in self.verbs and node.args:
            self._note(node, self._tables(node.args[0]))
        elif isinstance(called, ast.Attribute) and called.attr in WRITES:
            if isinstance(called.value, ast.Name) and called.value.id in _DIALECTS and node.args:
                self._note(node, self._tables(node.args[0]))
            else:
                self._note(node, [table] if (table := self._named(called.value)) else [])
        self.generic_visit(node)

    def _note(self, node: ast.Call, written: list[str]) -> None:
        if "?" in written:
            self.unclear.append(node.lineno)
        self.found.extend((node.lineno, table) for table in written if table != "?")


# `sqlite.insert(table)`; db/query.py is where tables are given as a value.
_DIALECTS = ("sqlite", "postgresql", "sa", "sqlalchemy", "dialect")


def _modules_outside_db() -> list[Path]:
    return [path for path in MODULES if not path.is_relative_to(SOURCE / "db")]


@pytest.mark.parametrize("path", _modules_outside_db(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_its_owner_writes_a_table(path: Path) -> None:
    room = path.relative_to(SOURCE).as_posix()
    text = path.read_text(encoding="utf-8")
    writes = Writes(ast.parse(text))
    assert writes.unclear == [], "name the table in the statement, so that its owner can be checked"
    trespassing = [
        f"line {line} writes {table}, which is {OWNERS[table]}'s"
        for line, table in writes.found
        if not room.startswith(OWNERS[table] + "/") and room != OWNERS[table] + ".py"
    ]
    assert trespassing == []
    if not room.startswith("core/search/"):
        assert "status_search" not in text


def test_a_trespasser_would_be_seen() -> None:
    code = """
from sqlalchemy import delete as sql_delete, update
from stoa.db import tables as t, upsert
from stoa.db.tables import statuses as posts
a = sql_delete(posts)
b = update(t.accounts)
c = upsert(t.rules, "id", key=["id"])
d = posts.insert()
e = update(choose())
seen.update(posts)
def change(table):
    return update(table)
f = change(posts)
"""
    writes = Writes(ast.parse(code))
    assert [table for _, table in writes.found] == ["statuses", "accounts", "rules", "statuses", "statuses"]
    assert writes.unclear == [9]


def test_every_event_is_listed_with_its_reactions() -> None:
    assert set(REACTIONS) == set(typing.get_args(events.Event))
    defined = {
        value
        for value in vars(events).values()
        if isinstance(value, type) and dataclasses.is_dataclass(value)
    }
    assert defined == set(REACTIONS)


def _written_by_hand() -> list[Path]:
    folders = (ROOT / "src", ROOT / "tests", ROOT / "bench")
    kinds = (".py", ".html", ".css", ".js")
    found = [path for folder in folders for path in folder.rglob("*") if path.suffix in kinds]
    # What apps and servers sent us is kept as it came.
    return [path for path in found if not {"corpus", "documents", "node_modules"} & set(path.parts)]


@pytest.mark.parametrize("path", _written_by_hand(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_says_what_it_promises(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_is_a_drawer_for_odds_and_ends(path: Path) -> None:
    drawers = {"utils", "util", "common", "misc", "helpers", "helper", "managers", "services", "base"}
    if path == SOURCE / "db" / "tables" / "base.py":
        return
    assert not drawers & {path.stem, *path.relative_to(SOURCE).parent.parts}


def test_head_is_the_newest_migration() -> None:
    versions = sorted((SOURCE / "db" / "migrations" / "versions").glob("*.py"))
    revisions = [path.name.partition("_")[0] for path in versions]
    assert revisions == sorted(set(revisions))
    assert revisions[-1] == migrate.HEAD
    assert [path.name for path in versions if f'revision = "{path.name[:4]}"' not in path.read_text()] == []
