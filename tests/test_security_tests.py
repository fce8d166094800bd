"""The page of security tests names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "security-tests.md"

_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")


def _rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")
    ]
    return [row for row in cells if row[0] not in ("row", "---")]


def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_row_names_tests_and_each_exists() -> None:
    rows = _rows()
    assert len(rows) > 20
    assert [row[0] for row in rows if not _TEST.fullmatch(row[2].split(", ")[0])] == []
    named = [(path, name) for row in rows for path, name in _TEST.findall(row[2])]
    assert sum(row[2].count("::") for row in rows) == len(named)
    missing = [f"{path}::{name}" for path, name in named if name not in _tests_of(path)]
    assert missing == []


def test_no_row_is_there_twice() -> None:
    ids = [row[0] for row in _rows()]
    assert len(ids) == len(set(ids))
