"""Settings come from environment, file and defaults, in that order; what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from stoa.settings import SettingsError, load


def test_the_environment_beats_the_file_and_the_file_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "stoa.toml").write_text('title = "From the file"\nmax_characters = 1000\n')
    settings = load(data=tmp_path, environ={"STOA_TITLE": "From the environment"})
    assert settings.title == "From the environment"
    assert settings.max_characters == 1000
    assert settings.registrations == "approval"


def test_without_any_setting_it_is_a_full_server_on_loopback(tmp_path: Path) -> None:
    settings = load(data=tmp_path, port=8123, environ={})
    assert settings.base_url == "http://localhost:8123"
    assert settings.domain == "localhost:8123"
    assert settings.is_loopback
    assert settings.allows_password_grant
    assert not settings.confirms_email
    assert settings.database_url == f"sqlite:///{tmp_path / 'stoa.db'}"


def test_a_public_server_is_stricter(tmp_path: Path) -> None:
    settings = load(
        data=tmp_path,
        environ={"STOA_BASE_URL": "https://Stoa.Example:443/", "STOA_MAIL_URL": "smtp://localhost"},
    )
    assert settings.base_url == "https://stoa.example"
    assert settings.is_secure
    assert not settings.allows_password_grant
    assert settings.confirms_email


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("STOA_REGISTRATONS", "open", ["STOA_REGISTRATONS", "open", "STOA_REGISTRATIONS"]),
        ("STOA_REGISTRATIONS", "sometimes", ["sometimes", "open", "approval", "invite", "closed"]),
        ("STOA_MAX_CHARACTERS", "many", ["STOA_MAX_CHARACTERS", "many"]),
        ("STOA_MAX_CHARACTERS", "0", ["STOA_MAX_CHARACTERS", "'0'"]),
        ("STOA_BASE_URL", "stoa.example", ["stoa.example", "https://"]),
        ("STOA_BASE_URL", "https://stoa.example/path", ["without a path"]),
        ("STOA_BASE_URL", "https://a:b@stoa.example", ["STOA_BASE_URL"]),
        ("STOA_DATABASE_URL", "mysql://x", ["sqlite:///", "postgresql://"]),
        ("STOA_TRUSTED_PROXIES", "everyone", ["everyone", "10.0.0.0/8"]),
        ("STOA_RATE_LIMITS", "maybe", ["maybe", "on, off"]),
        ("STOA_PORT", "70000", ["STOA_PORT", "70000"]),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_its_value_and_what_is_allowed(
    tmp_path: Path, variable: str, value: str, words: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(data=tmp_path, environ={variable: value})
    for word in words:
        assert word in str(refused.value)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stoa.toml").write_text("title = \n")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(data=tmp_path, environ={})


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stoa.toml").write_text('titel = "x"\n')
    with pytest.raises(SettingsError, match="titel"):
        load(data=tmp_path, environ={})


def test_a_database_password_is_not_repeated_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(data=tmp_path, environ={"STOA_DATABASE_URL": "mysql://me:hunter2@host/db"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"STOA_TRANSLATION": "libretranslate"}, "STOA_TRANSLATION_URL must say where"),
        ({"STOA_TRANSLATION": "deepl"}, "STOA_TRANSLATION_KEY must be its key"),
        ({"STOA_TRANSLATION_URL": "ftp://user:secret@translate.example"}, "must be an address such as"),
    ],
)
def test_a_service_that_could_never_translate_is_refused(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as refusal:
        load(data=tmp_path, environ=given)
    assert "secret" not in str(refusal.value)
