"""Typed settings, read once: environment `STOA_*`, then `stoa.toml` in the data folder, then defaults.

A setting that is unknown or has a value that is not allowed stops the program with one sentence
that names the setting, the value and what is allowed.  Nothing else in Stoa reads the environment.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec

Registrations = Literal["open", "approval", "invite", "closed"]
Switch = Literal["on", "off"]
Federation = Literal["open", "allowlist", "off"]
Formulas = Literal["mathml", "tex"]
Trends = Literal["reviewed", "all", "off"]
Translation = Literal["off", "libretranslate", "deepl"]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class SettingsError(Exception):
    """A setting is wrong; the message is a sentence for the administrator."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an administrator can set.  The field `base_url` is `STOA_BASE_URL`, and so on."""

    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: Port = 8000
    base_url: str = ""
    database_url: str = ""
    registrations: Registrations = "approval"
    email_confirmation: Switch | None = None
    max_characters: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 65535
    rate_limits: Switch = "on"
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)] = "Stoa"
    description: Annotated[str, msgspec.Meta(max_length=2000)] = (
        "A place to write at length and to be read by everyone."
    )
    contact_email: str = ""
    languages: tuple[str, ...] = ("en",)
    password_grant: Switch | None = None
    password_min_length: Annotated[int, msgspec.Meta(ge=8, le=72)] = 8
    trusted_proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    federation: Federation = "open"  # allowlist: only with servers that are allowed by name
    formulas: Formulas = "mathml"  # as other servers get them
    authorized_fetch: Switch = "off"  # on: other servers sign whatever they ask for
    source_url: str = ""  # where the source of this very server is, if it was changed
    allow_networks: tuple[str, ...] = ()  # opens the way out to them: for tests and trials
    insecure_http: Switch = "off"  # the same for plain http
    http_proxy: str = ""
    mail_url: str = ""
    mail_from: str = ""
    max_picture_bytes: Positive = 16 * 1024 * 1024
    max_picture_pixels: Positive = 33_177_600
    max_film_bytes: Positive = 99 * 1024 * 1024  # of films and sounds
    max_film_pixels: Positive = 3840 * 2160
    max_film_frame_rate: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 120
    max_film_seconds: Annotated[int, msgspec.Meta(ge=1, le=24 * 3600)] = 3 * 3600
    remote_media_days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] = 14  # copies are kept; 0: for ever
    remote_media_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0  # of them at most; 0: any number
    s3_bucket: str = ""  # files lie there and not in the data folder
    s3_endpoint: str = ""  # of the service, where it is not Amazon's
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_prefix: str = ""  # what the names of all files begin with
    s3_path_style: Switch = "on"  # off: the bucket is part of the host name, the endpoint's too
    s3_public_url: str = ""  # of the files, prefix and all: browsers may fetch them there
    max_attachments: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    max_poll_options: Annotated[int, msgspec.Meta(ge=2, le=64)] = 4
    max_poll_option_characters: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50
    max_profile_fields: Annotated[int, msgspec.Meta(ge=0, le=64)] = 4
    max_pinned: Annotated[int, msgspec.Meta(ge=0, le=100)] = 5
    trends: Trends = "reviewed"  # only what moderators let in; all: whatever they did not turn down
    translation: Translation = "off"  # who translates posts: they are sent the texts of public ones
    translation_url: str = ""  # of LibreTranslate; of DeepL where it is not the usual one
    translation_key: str = ""
    translation_private: Switch = "off"  # on: it may be in our own network, on any port, without https
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def domain(self) -> str:
        """The host (and port, where it is not the scheme's own) that handles of this server end in."""
        return urlsplit(self.base_url).netloc

    @property
    def is_loopback(self) -> bool:
        """Whether the public address is this very machine: a trial, or a developer at work."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def has_default_address(self) -> bool:
        """Whether nobody has said what it is called."""
        return self.base_url == f"http://localhost:{self.port}"

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach us by https, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    @property
    def confirms_email(self) -> bool:
        """Whether a new account waits for its e-mail; by default only where mail can be sent."""
        if self.email_confirmation is None:
            return bool(self.mail_url)
        return self.email_confirmation == "on"

    @property
    def allows_password_grant(self) -> bool:
        """Whether apps may trade a password for a token; by default only on loopback."""
        if self.password_grant is None:
            return self.is_loopback
        return self.password_grant == "on"

    @property
    def media_folder(self) -> Path:
        """Where uploaded files lie."""
        return self.data / "media"


def load(
    *,
    data: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings in force; arguments come from the command line and win.

    Raises SettingsError with the name, the value and what is allowed.
    """
    given: dict[str, object] = {}
    folder = data or Path(environ.get("STOA_DATA") or "data")
    given |= _from_file(folder / "stoa.toml")
    given |= _from_environment(environ)
    given["data"] = folder
    if host is not None:
        given["host"] = host
    if port is not None:
        given["port"] = port
    values: dict[str, Any] = {
        name: _convert(name, given[name], kind) for name, kind in _kinds().items() if name in given
    }
    port_in_use = values.get("port", 8000)
    values["base_url"] = _base_url(values.get("base_url") or f"http://localhost:{port_in_use}")
    values["database_url"] = _database_url(values.get("database_url") or f"sqlite:///{folder / 'stoa.db'}")
    for name in ("trusted_proxies", "allow_networks"):
        _check_networks(name, values.get(name, ()))
    _check_proxy(values.get("http_proxy", ""))
    _check_translation(values)
    _check_bucket(values)
    return Settings(**values)


def _check_networks(name: str, networks: tuple[str, ...]) -> None:
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise SettingsError(
                f"STOA_{name.upper()} has {network!r}; each part must be a network such as 10.0.0.0/8."
            ) from None


def _check_proxy(value: str) -> None:
    parts = urlsplit(value)
    if value and (parts.scheme != "http" or not parts.hostname):
        raise SettingsError(
            f"STOA_HTTP_PROXY is {value.split('@')[-1]!r}; it must be an address such as http://proxy.example:3128."
        )


def _check_translation(values: Mapping[str, Any]) -> None:
    kind, url = values.get("translation", "off"), values.get("translation_url", "")
    parts = urlsplit(url)
    if kind == "libretranslate" and not url:
        raise SettingsError(
            "STOA_TRANSLATION is 'libretranslate'; STOA_TRANSLATION_URL must say where that is."
        )
    if kind == "deepl" and not values.get("translation_key"):
        raise SettingsError("STOA_TRANSLATION is 'deepl'; STOA_TRANSLATION_KEY must be its key.")
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
        raise SettingsError(
            f"STOA_TRANSLATION_URL is {url.split('@')[-1]!r}; it must be an address such as "
            "https://translate.example."
        )


def _check_bucket(values: Mapping[str, Any]) -> None:
    if values.get("s3_bucket") and not (values.get("s3_access_key") and values.get("s3_secret_key")):
        raise SettingsError("STOA_S3_BUCKET is set; STOA_S3_ACCESS_KEY and STOA_S3_SECRET_KEY must be too.")
    for name in ("s3_endpoint", "s3_public_url"):
        value = values.get(name, "")
        parts = urlsplit(value)
        if value and (
            parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username
        ):
            raise SettingsError(
                f"STOA_{name.upper()} is {value.split('@')[-1]!r}; it must be an address such as "
                "https://s3.example."
            )


@cache
def _kinds() -> dict[str, Any]:
    """Each setting's name -> the type of its value."""
    return {field.name: field.type for field in msgspec.structs.fields(Settings)}


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for variable, value in environ.items():
        if not variable.startswith("STOA_"):
            continue
        name = variable.removeprefix("STOA_").lower()
        if name not in _kinds():
            raise SettingsError(_unknown(variable, value))
        found[name] = value
    return found


def _from_file(path: Path) -> dict[str, object]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}.") from None
    for name, value in table.items():
        if name not in _kinds() or name == "data":
            raise SettingsError(_unknown(f"{name} (in {path.name})", value))
    return table


def _unknown(name: str, value: object) -> str:
    allowed = ", ".join(f"STOA_{name.upper()}" for name in sorted(_kinds()))
    return f"{name} = {value!r} is not a setting of Stoa. The settings are: {allowed}."


def _convert(name: str, value: object, kind: Any) -> object:
    if isinstance(value, str):
        value = value.strip()
        if kind == tuple[str, ...]:
            value = [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, bool):
        value = "on" if value else "off"  # stoa.toml may say true and false
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"STOA_{name.upper()} is {value!r}; it must be {_allowed(kind, str(error))}."
        ) from None


def _allowed(kind: Any, error: str) -> str:
    words = [word for part in (get_args(kind) or ()) for word in (get_args(part) or (part,))]
    choices = [word for word in words if isinstance(word, str)]
    if choices:
        return "one of " + ", ".join(choices)
    return "a fitting value (" + error.split(" - at")[0].lower() + ")"


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    try:
        port_is_fine = parts.port != 0
    except ValueError:
        port_is_fine = False
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare or not port_is_fine:
        raise SettingsError(
            f"STOA_BASE_URL is {value!r}; it must be an address such as https://stoa.example "
            "without a path."
        )
    host = parts.netloc.lower()
    default_port = ":80" if parts.scheme == "http" else ":443"
    return f"{parts.scheme}://{host.removesuffix(default_port)}"


def _database_url(value: str) -> str:
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return value
    if value.startswith(("postgresql://", "postgres://")):
        return value
    raise SettingsError(
        f"STOA_DATABASE_URL is {value.split('@')[-1]!r}; it must be sqlite:///FILE or "
        "postgresql://USER:PASSWORD@HOST/NAME."
    )
