"""What moderators and administrators do."""

from __future__ import annotations

from tests.live.conformance.house import Village

DAYS = {"start_at": "2026-11-01T00:00:00Z", "end_at": "2026-11-03T00:00:00Z"}
MEASURES = (
    "active_users", "new_users", "interactions", "opened_reports", "resolved_reports", "tag_accounts",
    "tag_uses", "tag_servers", "instance_accounts", "instance_media_attachments", "instance_reports",
    "instance_statuses", "instance_follows", "instance_followers",
)  # fmt: skip
DIMENSIONS = (
    "languages", "sources", "servers", "space_usage", "software_versions", "tag_servers", "tag_languages",
    "instance_accounts", "instance_languages",
)  # fmt: skip


def reports(v: Village) -> None:
    """Somebody is reported, and moderators look into it."""
    ask = v.ask
    rule = ask("GET /api/v1/instance/rules", None)[0]["id"]
    made = ask("POST /api/v1/reports", "carol", account_id=v.ids["alice"], status_ids=[v.made["warned"]],
               collection_ids=[v.made["collection"]], comment="Too wet.", forward=False,
               category="violation", rule_ids=[rule])["id"]  # fmt: skip
    ask.read("GET /api/v1/admin/reports", "admin", target_account_id=v.ids["alice"],
             account_id=v.ids["carol"])  # fmt: skip
    ask("GET /api/v1/admin/reports/:id", "admin", id=made)
    ask("PUT /api/v1/admin/reports/:id", "admin", id=made, category="violation", rule_ids=[rule])
    for verb in ("assign_to_self", "unassign", "assign_to_self", "resolve"):
        ask(f"POST /api/v1/admin/reports/:id/{verb}", "admin", id=made)
    ask("GET /api/v1/admin/reports/:id", "admin", id=made)
    ask("POST /api/v1/admin/reports/:id/reopen", "admin", id=made)
    v.made["report"] = made


def members(v: Village) -> None:
    """What is decided of people."""
    ask = v.ask
    ask.read("GET /api/v1/admin/accounts", "admin")
    ask("GET /api/v1/admin/accounts", "admin", local="true")
    ask.read("GET /api/v2/admin/accounts", "admin")
    for name in ("alice", "dave"):
        ask("GET /api/v1/admin/accounts/:id", "admin", id=v.ids[name])
    dave = v.ids["dave"]
    undo = {"silence": "unsilence", "sensitive": "unsensitive", "disable": "enable", "suspend": "unsuspend"}
    for action, back in undo.items():
        ask("POST /api/v1/admin/accounts/:id/action", "admin", id=dave, type=action)
        ask(f"POST /api/v1/admin/accounts/:id/{back}", "admin", id=dave)
    for name in ("waits", "waits too"):
        ask(f"POST /api/v1/admin/accounts/:id/{'reject' if name.endswith('too') else 'approve'}", "admin",
            id=v.ids[name])  # fmt: skip
    ask("POST /api/v1/admin/accounts/:id/action", "admin", id=v.ids["leaves"], type="suspend")
    ask("DELETE /api/v1/admin/accounts/:id", "admin", id=v.ids["leaves"])


def gates(v: Village) -> None:
    """Who may come in: servers, e-mail addresses, networks."""
    ask = v.ask
    for section, more in (
        ("domain_allows", {"domain": "kind.example"}),
        ("domain_blocks", {
            "domain": "rude.example", "severity": "silence", "reject_media": True, "reject_reports": True,
            "private_comment": "They shout.", "public_comment": "Loud.", "obfuscate": True,
        }),
        ("email_domain_blocks", {"domain": "mail.rude.example"}),
        ("canonical_email_blocks", {"email": "rude@mail.example"}),
        ("ip_blocks", {
            "ip": "203.0.113.0/24", "severity": "sign_up_block", "comment": "Robots.", "expires_in": 3600,
        }),
    ):  # fmt: skip
        path = f"/api/v1/admin/{section}"
        made = ask(f"POST {path}", "admin", **more)["id"]
        ask(f"GET {path}/:id", "admin", id=made)
        ask.read(f"GET {path}", "admin")
        if section in ("domain_blocks", "ip_blocks"):
            change = {name: value for name, value in more.items() if name != "domain"}
            ask(f"PUT {path}/:id", "admin", id=made, **change)
        if section == "canonical_email_blocks":
            ask(f"POST {path}/test", "admin", email="rude@mail.example")
        if section == "domain_blocks":
            ask("GET /api/v1/instance/domain_blocks", None)
        ask(f"DELETE {path}/:id", "admin", id=made)
    hashed = ask("POST /api/v1/admin/canonical_email_blocks", "admin", email="b@mail.example",
                 canonical_email_hash="a" * 64)  # fmt: skip
    ask("DELETE /api/v1/admin/canonical_email_blocks/:id", "admin", id=hashed["id"])


def figures(v: Village) -> None:
    """What is counted."""
    ask = v.ask
    tag = next(one for one in ask("GET /api/v2/search", q="stoa", type="hashtags")["hashtags"])["id"]
    domain = {"domain": "there.example"}
    of_tags = {name: {"id": tag} for name in MEASURES if name.startswith("tag_")}
    of_servers = {name: domain for name in MEASURES if name.startswith("instance_")}
    ask("POST /api/v1/admin/measures", "admin", keys=list(MEASURES), **DAYS, **of_tags, **of_servers)
    ask("POST /api/v1/admin/dimensions", "admin", keys=list(DIMENSIONS), limit=5, **DAYS,
        tag_servers={"id": tag}, tag_languages={"id": tag}, instance_accounts=domain,
        instance_languages=domain)  # fmt: skip
    ask("POST /api/v1/admin/retention", "admin", frequency="day", **DAYS)
