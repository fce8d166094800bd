"""The doctor finds what is wrong, says it in words, and changes nothing."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

import apsw
import pytest

from stoa import ids
from stoa import settings as stoa_settings
from stoa.main.doctor import doctor, examine
from stoa.settings import Settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    return stoa_settings.load(data=data, environ={"STOA_DATABASE_URL": database_url})


@pytest.fixture
def sqlite_settings(sqlite_template: Path, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(sqlite_template, data / "stoa.db")
    return stoa_settings.load(data=data, environ={})


def wrong(settings: Settings) -> dict[str, str]:
    return {one.name: one.sentence for one in examine(settings) if not one.ok}


def shown(settings: Settings) -> tuple[int, Any]:
    said: list[Any] = []
    code = 0
    try:
        doctor(settings, argparse.Namespace(json=True), lambda _, data, text: said.append((data, text)))
    except SystemExit as done:
        code = int(done.code or 0)
    return code, said[0]


def test_a_sound_server_is_well_and_stays_as_it_is(settings: Settings) -> None:
    before = sorted(settings.data.rglob("*"))
    code, (data, text) = shown(settings)
    assert code == 0, text
    assert data["ok"] is True
    assert {"settings", "data folder", "disk space", "media storage", "database", "schema", "clock"} <= {
        check["name"] for check in data["checks"]
    }
    json.dumps(data)
    assert text.endswith("All is well.")
    assert sorted(settings.data.rglob("*")) == before


def test_something_wrong_is_an_exit_code(tmp_path: Path) -> None:
    code, (data, text) = shown(stoa_settings.load(data=tmp_path / "none", environ={}))
    assert code == 1
    assert data["ok"] is False
    assert "WRONG  database: there is none" in text
    assert not (tmp_path / "none").exists()


def test_a_damaged_database_is_noticed(sqlite_settings: Settings) -> None:
    path = sqlite_settings.data / "stoa.db"
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode = DELETE")
    root: Any = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'accounts'").get
    size: Any = connection.execute("PRAGMA page_size").get
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(os.urandom(size))
    assert "damaged" in wrong(sqlite_settings)["database"]
    path.write_bytes(b"not a database at all" * 1000)
    assert "cannot be used" in wrong(sqlite_settings)["database"]


def test_an_old_and_a_newer_schema_are_told_apart(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stoa.main.doctor.migrate.HEAD", "9999")
    assert "run `stoa migrate`" in wrong(sqlite_settings)["schema"]
    monkeypatch.setattr("stoa.main.doctor.migrate.HEAD", "0000")
    assert "newer Stoa" in wrong(sqlite_settings)["schema"]


def test_a_database_without_tables_is_told_to_migrate(tmp_path: Path) -> None:
    settings = stoa_settings.load(data=tmp_path, environ={})
    apsw.Connection(str(tmp_path / "stoa.db")).execute("CREATE TABLE other (x)")
    assert "run `stoa migrate`" in wrong(settings)["schema"]


def test_a_database_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    environ = {"STOA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    settings = stoa_settings.load(data=tmp_path, environ=environ)
    assert "does not answer" in wrong(settings)["database"]


def test_an_id_from_the_future_means_a_wrong_clock(sqlite_settings: Settings) -> None:
    connection = apsw.Connection(str(sqlite_settings.data / "stoa.db"))
    connection.execute(
        "INSERT INTO accounts (id, username, username_key, uri, url, created_at) "
        "VALUES (?, 'a', 'a', 'u', 'u', 0)",
        (ids.now_ms() + 3_600_000 << 16,),
    )
    connection.close()
    assert "in the future" in wrong(sqlite_settings)["ids"]


def test_a_clock_that_is_off_is_noticed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stoa.main.doctor.time.time", lambda: 0.0)
    assert "off that of the file system" in wrong(settings)["clock"]
    monkeypatch.setattr(ids, "now_ms", lambda: 1)
    assert "long past" in wrong(settings)["clock"]


def test_media_that_cannot_be_stored_are_noticed(sqlite_settings: Settings) -> None:
    # What no user can write to, not even root: a folder that is a file.
    sqlite_settings.media_folder.write_text("in the way")
    assert list(wrong(sqlite_settings)) == ["media storage"]


def test_a_folder_that_refuses_is_named(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stoa.main.doctor.os.fsync", refuse)
    assert "No space left on device" in wrong(sqlite_settings)["data folder"]
    assert list(sqlite_settings.data.glob(".doctor-*")) == []


def test_a_nearly_full_disk_is_noticed(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stoa.main.doctor.LEAST_FREE_BYTES", 1 << 62)
    assert "are needed" in wrong(sqlite_settings)["disk space"]


def test_plain_http_away_from_home_is_wrong(sqlite_settings: Settings) -> None:
    environ = {"STOA_BASE_URL": "http://stoa.example"}
    settings = stoa_settings.load(data=sqlite_settings.data, environ=environ)
    assert "https" in wrong(settings)["settings"]
