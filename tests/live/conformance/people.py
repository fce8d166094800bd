"""Accounts, and how they stand to each other."""

from __future__ import annotations

from tests.live.conformance.house import PNG, Village

PICTURE = ("a.png", PNG, "image/png")


def profiles(v: Village) -> None:
    """Join, and say who one is."""
    ask = v.ask
    ask(
        "POST /api/v1/accounts", "app", username="newcomer", email="newcomer@mail.example",
        password="long enough", agreement=True, locale="en", reason="To read.", date_of_birth="1990-02-03",
    )  # fmt: skip
    ask("POST /api/v1/emails/confirmations", "unconfirmed", email="confirms@mail.example")
    ask.read("GET /api/v1/accounts/verify_credentials")
    ask(
        "PATCH /api/v1/accounts/update_credentials", display_name="Alice :wave:", note="Writes. #stoa",
        locked=False, bot=False, discoverable=True, hide_collections=False, indexable=True,
        attribution_domains=["writes.example"], source={
            "privacy": "public", "sensitive": False, "language": "en", "quote_policy": "public"
        },
        fields_attributes={"0": {"name": "Home", "value": f"{v.site}/home"}},
    )  # fmt: skip
    pictures = {"avatar": PICTURE, "header": PICTURE}
    ask.answer("PATCH /api/v1/accounts/update_credentials", files=pictures, display_name="Alice :wave:")
    ask.read("GET /api/v1/profile")
    ask(
        "PATCH /api/v1/profile", display_name="Alice :wave:", note="Writes.", avatar_description="Me.",
        header_description="The sea.", locked=False, bot=False, discoverable=True, hide_collections=False,
        indexable=True, show_media=True, show_media_replies=True, show_featured=True,
        attribution_domains=["writes.example"],
        fields_attributes={"0": {"name": "Home", "value": f"{v.site}/home"}},
    )  # fmt: skip
    ask.answer("PATCH /api/v1/profile", files=pictures, note="Writes.")
    ask("DELETE /api/v1/profile/avatar", "erin")
    ask("DELETE /api/v1/profile/header", "erin")
    ask.read("GET /api/v1/preferences")
    ask("GET /api/v1/accounts/:id", None, id=v.ids["alice"])
    ask("GET /api/v1/accounts", None, **{"id[]": [v.ids["alice"], v.ids["bob"]]})
    ask.read("GET /api/v1/accounts/search", q="bob")
    ask.read("GET /api/v1/accounts/lookup", acct="bob")
    ask("GET /api/v1/accounts/:id/identity_proofs", id=v.ids["bob"])
    ask.read("GET /api/v1/directory", None)
    ask.beyond("GET", "/api/v1/notifications/policy", "alice", "V1::NotificationPolicy")


def relationships(v: Village) -> None:
    """Follow, mute, block, note, endorse, and undo all of it."""
    ask, bob = v.ask, v.ids["bob"]
    for name in ("bob", "carol"):
        ask("POST /api/v1/accounts/:id/follow", id=v.ids[name], reblogs=True, notify=True, languages=["en"])
    for name in ("bob", "carol", "erin"):
        ask("POST /api/v1/accounts/:id/follow", name, id=v.ids["alice"])
    ask("POST /api/v1/accounts/:id/follow", "carol", id=bob)
    ask.read("GET /api/v1/accounts/:id/followers", None, id=v.ids["alice"])
    ask.read("GET /api/v1/accounts/:id/following", None, id=v.ids["alice"])
    ask.read("GET /api/v1/accounts/relationships", **{"id[]": [bob, v.ids["dave"]]})
    ask.read("GET /api/v1/accounts/familiar_followers", **{"id[]": [bob]})
    ask("POST /api/v1/accounts/:id/note", id=bob, comment="Met in Rome.")
    for verb in ("endorse", "unendorse", "pin"):
        ask(f"POST /api/v1/accounts/:id/{verb}", id=bob)
    ask.read("GET /api/v1/endorsements")
    ask.read("GET /api/v1/accounts/:id/endorsements", None, id=v.ids["alice"])
    ask("POST /api/v1/accounts/:id/unpin", id=bob)
    erin = v.ids["erin"]
    ask("POST /api/v1/accounts/:id/remove_from_followers", id=erin)
    ask("POST /api/v1/accounts/:id/mute", id=erin, notifications=True, duration=3600)
    ask.read("GET /api/v1/mutes")
    ask("POST /api/v1/accounts/:id/unmute", id=erin)
    ask("POST /api/v1/accounts/:id/block", id=erin)
    ask.read("GET /api/v1/blocks")
    ask("POST /api/v1/accounts/:id/unblock", id=erin)
    ask("POST /api/v1/accounts/:id/unfollow", "carol", id=bob)
    for domain in ("rude.example", "ruder.example"):
        ask("POST /api/v1/domain_blocks", domain=domain)
    ask.read("GET /api/v1/domain_blocks")
    ask("DELETE /api/v1/domain_blocks", domain="rude.example")
    for name in ("bob", "carol", "erin"):
        ask("POST /api/v1/accounts/:id/follow", name, id=v.ids["dave"])
    ask.read("GET /api/v1/follow_requests", "dave")
    ask("POST /api/v1/follow_requests/:account_id/authorize", "dave", account_id=bob)
    ask("POST /api/v1/follow_requests/:account_id/reject", "dave", account_id=v.ids["carol"])
    ask.read("GET /api/v2/suggestions", "erin")
    ask.read("GET /api/v1/suggestions", "erin")
    ask("DELETE /api/v1/suggestions/:account_id", "erin", account_id=v.ids["carol"])


def lists(v: Village) -> None:
    """Lists, hashtags and markers."""
    ask = v.ask
    made = ask("POST /api/v1/lists", title="Friends", replies_policy="list", exclusive=False)["id"]
    v.made["list"] = made
    ask("PUT /api/v1/lists/:id", id=made, title="Good friends", replies_policy="followed", exclusive=False)
    ask("GET /api/v1/lists/:id", id=made)
    ask("GET /api/v1/lists")
    ask("POST /api/v1/lists/:id/accounts", id=made, account_ids=[v.ids["bob"], v.ids["carol"]])
    ask.read("GET /api/v1/lists/:id/accounts", id=made)
    ask("GET /api/v1/accounts/:id/lists", id=v.ids["bob"])
    ask("DELETE /api/v1/lists/:id/accounts", id=made, account_ids=[v.ids["carol"]])
    spare = ask("POST /api/v1/lists", title="Spare")["id"]
    ask("DELETE /api/v1/lists/:id", id=spare)
    for tag in ("stoa", "rome"):
        ask("POST /api/v1/tags/:name/follow", name=tag)
    ask.read("GET /api/v1/followed_tags")
    ask("GET /api/v1/tags/:name", name="stoa")
    ask("POST /api/v1/tags/:name/unfollow", name="rome")
    ask("POST /api/v1/tags/:id/feature", id="stoa")
    ask("POST /api/v1/tags/:id/unfeature", id="stoa")
    featured = ask("POST /api/v1/featured_tags", name="rome")["id"]
    ask("POST /api/v1/featured_tags", name="stoa")
    ask("GET /api/v1/featured_tags")
    ask("GET /api/v1/accounts/:id/featured_tags", None, id=v.ids["alice"])
    ask("DELETE /api/v1/featured_tags/:id", id=featured)
    ask("GET /api/v1/featured_tags/suggestions")
