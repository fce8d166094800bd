"""The launcher: read by old Pythons, clear about what is missing."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def launcher(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("launcher", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_an_old_python_can_read_it_as_far_as_the_sentence_it_needs() -> None:
    ast.parse((ROOT / "run").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((ROOT / "run").read_text(encoding="utf-8"))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add((node.module or "").partition(".")[0])
    assert modules <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("… NewConnectionError('Failed to establish a new connection') …", "cannot be reached"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "not the one we pinned",
        ),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("something else", "pip says why"),
    ],
)
def test_it_says_in_words_why_packages_could_not_be_installed(
    launcher: ModuleType, words: str, sentence: str
) -> None:
    assert sentence in launcher.reason(words)


def test_a_changed_lock_makes_the_installation_stale(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = launcher.digests()
    lock = tmp_path / "requirements.lock"
    lock.write_bytes(launcher.LOCKS["serve"].read_bytes() + b"\n# changed\n")
    monkeypatch.setitem(launcher.LOCKS, "serve", lock)
    after = launcher.digests()
    assert after["serve"] != before["serve"]
    assert after["dev"] == before["dev"]


def test_help_needs_no_installation() -> None:
    done = subprocess.run(
        [sys.executable, "-S", str(ROOT / "run"), "--help"], capture_output=True, text=True, check=True
    )
    assert "./run serve" in done.stdout
