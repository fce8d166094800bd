"""The server itself: what it says of itself, apps and tokens, announcements, push."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from tests.core.push.app import App
from tests.live.conformance.house import PNG, Village


def furnished(v: Village) -> None:
    """Rules, documents, an emoji and an announcement."""
    folder = Path(v.server.data).parent
    (folder / "wave.png").write_bytes(PNG)
    (folder / "said.md").write_text("We are **kind**.")
    v.server.command("emoji", "add", "wave", str(folder / "wave.png"), "--category", "hands")
    v.server.command("rules", "add", "Be kind.", "--hint", "Always.")
    for kind in ("privacy-policy", "extended-description"):
        v.server.command("document", "set", kind, str(folder / "said.md"))
    for day in ("2026-01-01", "2031-01-01"):
        v.server.command("document", "set", "terms-of-service", str(folder / "said.md"), "--effective", day)


def described(v: Village) -> None:
    """What visitors are told."""
    ask = v.ask
    for path in (
        "/health", "/api/v2/instance", "/api/v1/instance", "/api/v1/instance/peers",
        "/api/v1/instance/activity", "/api/v1/instance/rules", "/api/v1/instance/domain_blocks",
        "/api/v1/instance/extended_description", "/api/v1/instance/privacy_policy",
        "/api/v1/instance/terms_of_service", "/api/v1/instance/translation_languages",
        "/api/v1/custom_emojis", "/.well-known/oauth-authorization-server", "/api/v1/streaming/health",
    ):  # fmt: skip
        ask(f"GET {path}", None)
    ask("GET /api/v1/instance/terms_of_service/:date", None, date="2026-01-01")


def announced(v: Village) -> None:
    """What all members are told."""
    ask = v.ask
    words = f"@alice opened the #stoa :wave: {v.server.base}/@alice/{v.made['plain']}"
    v.server.command("announcement", "publish", words, "--starts", "2026-11-01T10:00", "--ends",
                     "2031-11-01T10:00")  # fmt: skip
    made = ask("GET /api/v1/announcements")[0]["id"]
    for name in ("wave", "👍"):
        ask("PUT /api/v1/announcements/:id/reactions/:name", id=made, name=name)
    ask("GET /api/v1/announcements")
    ask("DELETE /api/v1/announcements/:id/reactions/:name", id=made, name="👍")
    ask("POST /api/v1/announcements/:id/dismiss", id=made)
    v.made["announcement"] = made


def apps(v: Village) -> None:
    """An app, its tokens, and who has one."""
    ask = v.ask
    back = f"{v.site}/back"
    app = ask("POST /api/v1/apps", None, client_name="Reader", redirect_uris=[back], scopes="read profile",
              website="https://reader.example/")  # fmt: skip
    ask("GET /api/v1/apps/verify_credentials", "app")
    known = {"client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": back}
    asked = {
        "response_type": "code", "client_id": app["client_id"], "redirect_uri": back, "scope": "read",
        "state": "x", "code_challenge": "a" * 43, "code_challenge_method": "S256", "force_login": "true",
        "lang": "en",
    }  # fmt: skip
    ask("GET /oauth/authorize", None, **asked)
    plain = {name: asked[name] for name in ("response_type", "client_id", "redirect_uri", "scope")}
    verifier = "v" * 50
    token = ask("POST /oauth/token", None, grant_type="client_credentials", scope="read", **known)
    ask("POST /oauth/revoke", None, token=token["access_token"], client_id=known["client_id"],
        client_secret=known["client_secret"])  # fmt: skip
    code = _code(v, urlencode(plain | _challenge(verifier)))
    ask("POST /oauth/token", None, grant_type="authorization_code", code=code, scope="read",
        code_verifier=verifier, **known)  # fmt: skip
    ask("GET /oauth/userinfo")


def _challenge(verifier: str) -> dict[str, str]:
    import base64
    import hashlib

    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return {"code_challenge": digest, "code_challenge_method": "S256"}


def _code(v: Village, query: str) -> str:
    from tests.live.serving import Browser
    from tests.make import PASSWORD

    url = f"{v.server.base}/oauth/authorize?{query}"
    return Browser(v.server.base).allow(url, "alice@mail.example", PASSWORD)


def push(v: Village) -> None:
    """An app that sleeps is told at the neighbour's."""
    ask = v.ask
    alerts = (
        "mention", "quote", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update",
        "quoted_update", "admin.sign_up", "admin.report",
    )  # fmt: skip
    body = App().asks(f"{v.site}/push", **dict.fromkeys(alerts, True))
    ask("POST /api/v1/push/subscription", **body)
    ask("GET /api/v1/push/subscription")
    data = {"alerts": dict.fromkeys(alerts, False)}
    ask("PUT /api/v1/push/subscription", data=data, policy="all")
    ask("DELETE /api/v1/push/subscription")
