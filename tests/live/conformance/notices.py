"""Notifications of every kind, one by one and grouped; and who may send them."""

from __future__ import annotations

from tests.live.conformance.house import Village


def changes(v: Village) -> None:
    """A post is written anew, after somebody quoted it and somebody boosted it."""
    ask = v.ask
    made = ask("POST /api/v1/statuses", status="It rains.", quote_approval_policy="public")["id"]
    ask("POST /api/v1/statuses", "bob", status="Does it?", quoted_status_id=made)
    ask("POST /api/v1/statuses/:id/reblog", "carol", id=made)
    ask("PUT /api/v1/statuses/:id", id=made, status="It rained.")
    for who in ("bob", "carol", "dave", "admin"):
        v.ask.findings.kinds |= {one["type"] for one in ask("GET /api/v1/notifications", who, limit=80)}


def notifications(v: Village) -> None:
    """What alice is told."""
    ask = v.ask
    ask.read("GET /api/v1/notifications")
    told = ask("GET /api/v1/notifications", limit=80, include_filtered="true")
    v.ask.findings.kinds |= {one["type"] for one in told}
    ask.read("GET /api/v1/notifications/:id", id=told[0]["id"])
    ask("GET /api/v1/notifications", **{"supported_types[]": ["mention"]})
    ask.read("GET /api/v1/notifications/unread_count")
    for version in ("v2", "v2_alpha"):
        grouped = f"GET /api/{version}/notifications"
        ask.read(grouped)
        ask(grouped, expand_accounts="partial_avatars")
        groups = ask(grouped, limit=80)["notification_groups"]
        ask.read(f"{grouped}/:group_key", group_key=groups[0]["group_key"])
        ask.read(f"{grouped}/unread_count")
        if version == "v2":
            ask("GET /api/v2/notifications", **{"supported_types[]": ["mention"]})
            ask("GET /api/v2/notifications/:group_key/accounts", group_key=groups[0]["group_key"])
        ask(f"POST /api/{version}/notifications/:group_key/dismiss", group_key=groups[-1]["group_key"])
    ask("POST /api/v1/notifications/:id/dismiss", id=told[0]["id"])


def requests(v: Village) -> None:
    """Erin lets nobody in whom she does not know."""
    ask = v.ask
    ask("PATCH /api/v2/notifications/policy", "erin", for_not_following="filter",
        for_not_followers="accept", for_new_accounts="accept", for_private_mentions="accept",
        for_limited_accounts="accept")  # fmt: skip
    for who in ("bob", "carol", "dave", "leaves"):
        ask("POST /api/v1/statuses", who, status="@erin Hello?")
    ask("GET /api/v2/notifications/policy", "erin")
    ask.read("GET /api/v1/notifications/requests", "erin")
    found = [one["id"] for one in ask("GET /api/v1/notifications/requests", "erin")]
    first, second, third, fourth = found
    ask("GET /api/v1/notifications/requests/:id", "erin", id=first)
    ask("POST /api/v1/notifications/requests/:id/accept", "erin", id=first)
    ask("POST /api/v1/notifications/requests/:id/dismiss", "erin", id=second)
    ask("POST /api/v1/notifications/requests/accept", "erin", id=[third])
    ask("POST /api/v1/notifications/requests/dismiss", "erin", id=[fourth])
    ask("GET /api/v1/notifications/requests/merged", "erin")
    ask("POST /api/v1/notifications/clear", "erin")
