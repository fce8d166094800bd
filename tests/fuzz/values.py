"""What is sent: now and then what is asked for, mostly something else."""

from __future__ import annotations

import random
import zlib
from typing import Any

NUMBERS = (
    0, 1, -1, 2, 20, 41, 255, 1000, 2**31 - 1, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64,
    -(2**31) - 1,
    -(2**63), -(2**63) - 1, 10**30, 0.5, -0.0, 1e308, -1e308, 3.0,
)  # fmt: skip

TEXTS = (
    "", " ", "\t\n", "0", "1", "-1", "00", "+1", "1.5", "1e3", "1e999", "NaN", "Infinity", "0x10", "١٢٣",
    "²",
    str(2**63), str(2**64), "9" * 40, "true", "false", "null", "None", "undefined", "[]", "{}",
    "[object Object]",
    "\x00", "a\x00b", "\x1b[31m", "\x7f", "\u202egnirts", "\ufeff", "\u2028", "\u200b", "e\u0301" * 40,
    "👩‍👩‍👧‍👦" * 20,
    "日本語の長い文章です。",
    "\U0010ffff", "\ufffe", "مرحبا", "ß", "İ", "A" * 300, "A" * 5_001, "é" * 11_000,
    "'", '"', "\\", "`", "%", "_", "%_\\%", "' OR 1=1 --", "'; DROP TABLE accounts; --", "{{7*7}}", "${x}",
    "%s%n",
    "<script>alert(1)</script>", "<b", "&#x0;", "&#1114112;", "]]>", "<!--", "../../etc/passwd", "..\\..",
    "/", "//",
    "@", "@@", "#", "##", "@alice", "@alice@", "@@there.example", "@carol@there.example",
    "@carol@nowhere.example",
    "acct:alice@localhost:8000", "a@b@c", "alice@localhost:8000", "root", "#a #b #c", "#" + "x" * 400,
    ":a: ::: :x",
    "http://", "http://[::1", "http://[::1]:99999/", "http://127.0.0.1/",
    "https://there.example/users/carol",
    "https://there.example:0/", "https://@/", "https://xn--/", "https://" + "a" * 300 + ".example/",
    "javascript:alert(1)",
    "file:///etc/passwd", "data:text/html,x", "//there.example", "https://there.example/\x00",
    "urn:ietf:wg:oauth:2.0:oob",
    "there.example", "THERE.example.", ".example", "*.example", "a..b", "-a.example", "xn--a", "localhost",
    "ex ample",
    "user@mail.example", "user@", "@mail.example", "a@b", '"a b"@mail.example', "u@[127.0.0.1]",
    "x" * 300 + "@mail.example",
    "127.0.0.1", "0.0.0.0/0", "::/0", "::1", "256.1.1.1", "1.2.3.4/33", "fe80::1%eth0", "1.2.3",
    "01.02.03.04",
    "2026-01-01", "2026-02-30", "0000-00-00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "10000-01-01",
    "2031-05-01T12:30:00Z", "2031-05-01T12:30:00+99:99", "2031-05-01T12:30:00.123456789Z",
    "-2026-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1700000000", "now",
    "en", "EN", "en-US", "zh-Hant-TW", "xx", "english", "-", "i-klingon", "und",
    "from:alice", "from:me has:media", "before:2026-13-45", "during:9999-99-99", "after:x",
    "in:library in:all",
    "is:reply -is:sensitive language:en", '"', '"a', "NEAR(", "a AND", "* OR", "(((((", "-", "^a", "a*",
    "title:x",
    "public", "unlisted", "private", "direct", "follow", "mention", "accept", "filter", "home",
    "notifications",
    "(a+)+$" * 20, "\\(" * 500, "$" * 500, "*" * 2_000, ">" * 500, "[" * 2_000, "- " * 1_000, "```" * 300,
    "<" * 3_000,
    "read write follow push", "admin:read", "code", "authorization_code", "client_credentials", "password",
    "S256",
)  # fmt: skip

PLAIN = ("stoa", "word", "Hello there.", "public", "en", "2031-05-01", "1")

# What parameters of a name are about, where their type does not say it.
NAMED: dict[str, tuple[Any, ...]] = {
    "visibility": ("public", "unlisted", "private", "direct"), "language": ("en", "de"), "locale": ("en",),
    "status": ("Hello #stoa.", "Of @bob1 and :word:.", "**Long** $x^2$\n\n- a\n- b"),
    "context": ("home", "public"),
    "scheduled_at": ("2031-05-01T12:30:00Z",), "content_type": ("text/plain", "text/markdown"),
    "options": ("One", "Two", "Three"), "expires_in": (3600, 86_400), "choices": (0, 1),
    "duration": (0, 60),
    "filter_action": ("warn", "hide", "blur"), "replies_policy": ("list", "followed", "none"),
    "severity": ("silence", "suspend", "noop", "no_access", "sign_up_block"),
    "category": ("spam", "other", "violation"),
    "domain": tuple(f"there{number}.example" for number in range(30)),
    "email": ("a@mail.example", "b@mail.example"),
    "ip": tuple(f"10.{number}.0.0/24" for number in range(30)),
    "reason": ("To read.",),
    "password": ("correct horse battery",), "agreement": (True,),
    "redirect_uris": ("urn:ietf:wg:oauth:2.0:oob",),
    "redirect_uri": ("urn:ietf:wg:oauth:2.0:oob",), "scopes": ("read write",), "scope": ("read",),
    "website": ("https://app.example/",),
    "grant_type": ("client_credentials", "authorization_code", "password"),
    "focus": ("0.5,-0.5",), "type": ("none", "silence", "suspend", "sensitive", "disable"),
    "url": ("https://there.example/1",),
    "frequency": ("day", "month"), "start_at": ("2026-11-01T00:00:00Z",),
    "end_at": ("2026-11-20T00:00:00Z",),
    "keys": ("active_users", "servers", "languages", "tag_uses", "space_usage", "instance_statuses"),
    "timeline": ("home", "notifications"), "stream": ("user", "public"), "tag": ("stoa",),
    "resolve": (True, False),
    "last_read_id": ("1", "99"), "canonical_email_hash": ("0" * 64, "a" * 64),
    "quote_approval_policy": ("public", "nobody"),
    "for_not_following": ("accept", "filter", "drop"), "response_type": ("code",),
    "default_privacy": ("public",),
    "default_language": ("en",), "by_domain": ("there.example",), "origin": ("local", "remote"),
    "order": ("new", "active"),
}  # fmt: skip


def _chunk(kind: bytes, content: bytes) -> bytes:
    whole = kind + content
    return len(content).to_bytes(4) + whole + zlib.crc32(whole).to_bytes(4)


PNG = b"\x89PNG\r\n\x1a\n" + b"".join((
    _chunk(b"IHDR", (2).to_bytes(4) * 2 + bytes((8, 2, 0, 0, 0))),
    _chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * 6) * 2)),
    _chunk(b"IEND", b""),
))  # fmt: skip
FILES = (
    b"", b"\x00", b"GIF89a", PNG, PNG[:40], PNG[:20] + b"\xff" * 8 + PNG[28:],
    b"\xff\xd8\xff\xe0" + b"\x00" * 200,
    b"RIFF\xff\xff\xff\xffWEBPVP8 ", b"%PDF-1.4", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"ID3" + b"\xff" * 99,
    b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 99, b"\x1aE\xdf\xa3" * 20, b"OggS" + b"\x00" * 99,
    b"PK\x03\x04",
)  # fmt: skip
NAMES = ("a.png", "", "..", "../../x.png", "a\x00.png", "é" * 200 + ".jpg", 'a"b.gif', "x.svg", ".htaccess")
KINDS = (
    "image/png",
    "image/gif",
    "video/mp4",
    "audio/ogg",
    "",
    "text/html",
    "x",
    "image/svg+xml",
    "a/b; c=d",
)


class File:
    """A file in a form."""

    def __init__(self, name: str, content: bytes, kind: str) -> None:
        self.name, self.content, self.kind = name, content, kind


SECRETS = frozenset(("client_id", "client_secret", "token", "username", "acct", "url", "email", "list"))
"""Parameters that are right only with a value of this village: it keeps them beside its ids."""

MOODS = (0.0, 0.03, 0.1, 0.3, 0.7)
"""How much of what is sent is not what is asked for, call by call."""


class Values:
    """Values from *rng*; *ids* are those of things that are there, mine and others'."""

    def __init__(self, rng: random.Random, ids: dict[str, list[str]]) -> None:
        self.rng = rng
        self.ids = ids
        self.named = {**NAMED, **{name: tuple(known) for name, known in ids.items() if name in SECRETS}}
        self.mood, self.filled = 0.0, 0.5

    def change_mood(self) -> None:
        """For the next call."""
        self.mood = self.rng.choice(MOODS)
        self.filled = self.rng.choice((0.15, 0.4, 0.9))

    def id_of(self, section: str) -> str:
        """Mostly the id of something of *section*, now and then of something else, or no id."""
        rng = self.rng
        if rng.random() > self.mood and self.ids.get(section):
            return rng.choice(self.ids[section])
        if rng.random() < 0.8:
            return rng.choice(rng.choice([known for known in self.ids.values() if known]))
        return rng.choice(TEXTS)

    def scalar(self) -> Any:
        """Anything that is not a list or a set of names."""
        chance = self.rng.random()
        if chance < 0.15:
            return self.id_of("")
        if chance < 0.3:
            return self.rng.choice(NUMBERS)
        if chance < 0.4:
            return self.rng.choice((True, False, None))
        return self.rng.choice(TEXTS)

    def anything(self, depth: int = 0) -> Any:
        """Any JSON, never very large, now and then very deep."""
        chance = self.rng.random()
        if depth > 3 or chance < 0.6:
            return self.scalar()
        if chance < 0.63:
            made: Any = "x"
            for _ in range(self.rng.choice((10, 25, 300))):
                made = [made] if self.rng.random() < 0.5 else {"a": made}
            return made
        count = self.rng.choice((0, 1, 2, 3) if depth else (0, 1, 2, 3, 3, 3, 120))
        if chance < 0.8:
            return [self.anything(depth + 1) for _ in range(count)]
        return {str(self.scalar())[:40]: self.anything(depth + 1) for _ in range(count)}

    def of(self, schema: dict[str, Any], *, section: str = "", name: str = "") -> Any:
        """What *schema* asks for, as far as that is easy; or, as the mood is, something else."""
        if self.rng.random() < self.mood:
            return self.anything()
        return self.fitting(schema, section=section, name=name)

    def fitting(self, schema: dict[str, Any], *, section: str = "", name: str = "") -> Any:
        """What *schema* may ask for; what is inside is again anything."""
        rng = self.rng
        if choices := schema.get("anyOf"):
            filled = [one for one in choices if one.get("type") != "null"]
            chosen = rng.choice(choices if rng.random() < 0.2 else filled or choices)
            return self.of(chosen, section=section, name=name)
        if (
            name in self.named
            and schema.get("type") not in ("array", "object")
            and rng.random() > self.mood
        ):
            return rng.choice(self.named[name])
        if schema.get("enum"):
            return rng.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                fields = schema.get("properties", {})
                return {
                    key: self.of(one, section=section, name=key)
                    for key, one in fields.items()
                    if key in schema.get("required", ()) or rng.random() < self.filled
                } or {str(self.scalar())[:20]: self.scalar()}
            case "array":
                items = schema.get("items", {})
                return [
                    self.of(items, section=section, name=name) for _ in range(rng.choice((0, 1, 1, 2, 5)))
                ]
            case "integer" | "number":
                if name == "id" or name.endswith(("_id", "_ids")):
                    return self.id_of(_about(name, section))
                return rng.choice((0, 1, 2, 3, 5, 20, 40, 80, 300, 3600))
            case "boolean":
                return rng.choice((True, False))
            case "string" if schema.get("format") == "binary":
                if rng.random() > max(self.mood, 0.3):
                    return File("a.png", PNG, "image/png")
                return File(rng.choice(NAMES), rng.choice(FILES), rng.choice(KINDS))
        if name == "id" or name.endswith(("_id", "_ids")):
            return self.id_of(_about(name, section))
        if rng.random() < max(self.mood, 0.1):
            return rng.choice(TEXTS)
        return rng.choice((f"word {rng.randrange(9_999)}", *PLAIN))


def _about(name: str, section: str) -> str:
    for part, known in (("account", "accounts"), ("status", "statuses"), ("reply", "statuses"),
                        ("quote", "statuses"), ("media", "media"), ("list", "lists")):  # fmt: skip
        if part in name:
            return known
    return "statuses" if name in ("max_id", "since_id", "min_id") else section
