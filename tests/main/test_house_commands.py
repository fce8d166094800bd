"""`stoa rules`, `stoa emoji` and `stoa media`, as somebody would type them."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

from tests.conftest import run_cli


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([200, 40, 90]) * 16 for _ in range(16))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_rules_are_added_listed_and_removed(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    made = json.loads(run_cli("rules", "add", "Be kind.", "--json", *data, env={}).stdout)
    assert "Be kind." in run_cli("rules", "list", *data, env={}).stdout
    assert run_cli("rules", "remove", made["id"], *data, env={}).returncode == 0
    again = run_cli("rules", "remove", made["id"], *data, env={})
    assert again.returncode == 1
    assert again.stderr == f"stoa: There is no rule {made['id']}.\n"
    assert json.loads(run_cli("rules", "list", "--json", *data, env={}).stdout) == []
    assert run_cli("rules", "add", "  ", *data, env={}).stderr == "stoa: A rule needs words.\n"


def test_a_rule_is_said_in_other_languages(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    made = json.loads(run_cli("rules", "add", "Be kind.", "--json", *data, env={}).stdout)["id"]
    done = run_cli("rules", "translate", made, "de", "Sei freundlich.", "--hint", "Immer.", *data, env={})
    assert done.stdout == f"Rule {made} has de.\n", done.stderr
    (rule,) = json.loads(run_cli("rules", "list", "--json", *data, env={}).stdout)
    assert rule["translations"] == {"de": {"text": "Sei freundlich.", "hint": "Immer."}}
    assert "    de: Sei freundlich." in run_cli("rules", "list", *data, env={}).stdout
    wrong = run_cli("rules", "translate", made, "German", "Sei freundlich.", *data, env={})
    assert (wrong.returncode, wrong.stderr[:26]) == (1, "stoa: 'German' is no langu")
    assert run_cli("rules", "translate", "1", "de", "Nein.", *data, env={}).returncode == 1
    assert run_cli("rules", "translate", made, "de", *data, env={}).stdout == (
        f"Rule {made} has no de any more.\n"
    )
    assert "de:" not in run_cli("rules", "list", *data, env={}).stdout


def test_a_picture_becomes_an_emoji(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    picture = tmp_path / "rose.png"
    picture.write_bytes(_png())
    done = run_cli("emoji", "add", "rose", str(picture), *data, env={})
    assert done.stdout == ":rose: is there.\n", done.stderr
    assert run_cli("emoji", "list", *data, env={}).stdout == ":rose:\n"
    wrong = run_cli("emoji", "add", "no spaces", str(picture), *data, env={})
    assert wrong.returncode == 1
    assert "letters, digits and underscores" in wrong.stderr
    missing = run_cli("emoji", "add", "gone", str(tmp_path / "gone.png"), *data, env={})
    assert "cannot be read" in missing.stderr
    assert run_cli("emoji", "remove", "rose", *data, env={}).returncode == 0
    assert "no emoji" in run_cli("emoji", "list", *data, env={}).stdout


def test_copies_of_files_of_others_are_forgotten(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    done = run_cli("media", "prune", "--days", "3", "--json", *data, env={})
    assert json.loads(done.stdout) == {"forgotten": 0}
    assert "Copies of 0 files" in run_cli("media", "prune", *data, env={}).stdout
    refused = run_cli("media", "prune", "--days", "-1", *data, env={})
    assert (refused.returncode, refused.stderr) == (1, "stoa: Days are counted from 0 on.\n")


def test_documents_and_announcements_are_written_listed_and_removed(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    terms = tmp_path / "terms.md"
    terms.write_text("# Terms\n\nBe kind.", encoding="utf-8")
    kind = "terms-of-service"
    made = run_cli("document", "set", kind, str(terms), "--effective", "2030-01-01", *data, env={})
    assert made.stdout == "terms_of_service holds from 2030-01-01 on.\n"
    assert "2030-01-01" in run_cli("document", "list", *data, env={}).stdout
    assert run_cli("document", "remove", kind, "2030-01-01", *data, env={}).returncode == 0
    assert "is none of" in run_cli("document", "set", "poem", str(terms), *data, env={}).stderr
    announced = run_cli("announcement", "publish", "We **moved**.", "--json", *data, env={})
    number = json.loads(announced.stdout)["id"]
    assert "We **moved**." in run_cli("announcement", "list", *data, env={}).stdout
    assert run_cli("announcement", "remove", number, *data, env={}).returncode == 0
    wrong = run_cli("announcement", "publish", "x", "--starts", "soon", *data, env={})
    assert wrong.stderr == "stoa: 'soon' is no time; write it as 2026-11-23T18:00.\n"
