"""Those who call and what there is to call for: made anew now and then, since calls break things."""

from __future__ import annotations

import itertools
import random
from typing import Any

import msgspec
from sqlalchemy import delete

from stoa.core.announcements.publish import announce
from stoa.core.auth import scopes as oauth_scopes
from stoa.core.auth import sessions, tokens
from stoa.core.drafts import store as drafts
from stoa.core.drafts.model import Draft, Words
from stoa.core.house import House
from stoa.core.moderation import standing
from stoa.core.relationships import follow
from stoa.core.series import curate
from stoa.db import Query
from stoa.db.tables import ip_blocks
from tests.client import Client
from tests.fuzz.values import PNG
from tests.make import Make

EVERYTHING = " ".join(sorted(oauth_scopes.ALL))
KEPT = 60

_numbers = itertools.count(1)


class Village(msgspec.Struct):
    """role → token (None: a visitor), role → cookie of a session, section → ids of what is there."""

    tokens: dict[str, str | None]
    cookies: dict[str, str]
    ids: dict[str, list[str]]

    def learn(self, rng: random.Random, section: str, answer: Any) -> None:
        """Remember the ids in *answer*, so that later calls are about something."""
        if isinstance(answer, list):
            for one in answer[:20]:
                self.learn(rng, section, one)
        elif isinstance(answer, dict):
            self._keep(rng, section, answer.get("id"))
            self._keep(rng, "group_key", answer.get("group_key"))
            for name, one in answer.items():
                if isinstance(one, (dict, list)):
                    self.learn(rng, OF_A_FIELD.get(str(name), str(name)), one)

    def _keep(self, rng: random.Random, section: str, some_id: Any) -> None:
        known = self.ids.setdefault(section, [])
        if isinstance(some_id, str) and some_id not in known:
            if len(known) < KEPT:
                known.append(some_id)
            else:
                known[rng.randrange(KEPT)] = some_id


OF_A_FIELD = {
    "account": "accounts", "status": "statuses", "reblog": "statuses", "poll": "polls",
    "media_attachments": "media", "collection": "collections", "notification_groups": "notifications",
}  # fmt: skip

# The calls of the village before may have shut everybody out.
_no_gates = Query(delete(ip_blocks))
DEEDS = ("favourite", "boost", "bookmark", "pin", "mute", "block", "follow", "unfollow", "vote", "delete")
APP = {
    "client_name": "Reader", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write",
}  # fmt: skip
STRICT = {"for_not_following": "filter", "for_not_followers": "filter"}
POLL = {"options": ["a", "b"], "expires_in": 3600}

# What a village has besides, made by the API itself: who, where, what.
FURNISHED: tuple[tuple[str, str, Any], ...] = (
    ("user", "/api/v1/statuses", {"status": "Which?", "poll": POLL}),
    ("other", "/api/v1/statuses", {"status": "Which?", "poll": POLL}),
    ("user", "/api/v1/statuses", {"status": "Later.", "scheduled_at": "2031-05-01T12:30:00Z"}),
    ("user", "/api/v2/filters", {
        "title": "Not that", "context": ["home"], "keywords_attributes": [{"keyword": "that"}],
    }),
    ("user", "/api/v1/filters", {"phrase": "nor this", "context": ["home"]}),
    ("user", "/api/v1/lists", {"title": "Friends"}),
    ("user", "/api/v1/collections", {"name": "Reading", "discoverable": True, "sensitive": False}),
    ("user", "/api/v1/featured_tags", {"name": "stoa"}),
    ("admin", "/api/v1/admin/ip_blocks", {"ip": "203.0.113.0/24", "severity": "no_access"}),
    ("admin", "/api/v1/admin/canonical_email_blocks", {"email": "x@mail.example"}),
    ("admin", "/api/v1/admin/email_domain_blocks", {"domain": "mail.invalid.example"}),
    ("admin", "/api/v1/admin/domain_allows", {"domain": "allowed.example"}),
    ("admin", "/api/v1/admin/domain_blocks", {"domain": "blocked.example"}),
)  # fmt: skip


async def found(house: House, client: Client, rng: random.Random) -> Village:
    """People of each role, with posts of each visibility, and somebody who lives elsewhere."""
    async with house.db.write() as conn:
        await conn.run(_no_gates)
    made = await _peopled(house)
    account, post = made.ids["accounts"][1], made.ids["statuses"][4]
    reported = ("user", "/api/v1/reports", {"account_id": account, "status_ids": [post], "comment": "x"})
    file = {"file": ("a.png", PNG, "image/png")}
    media = await client.post("/api/v2/media", token=made.tokens["user"], files=file)
    made.learn(rng, "media", media.ok())
    await client.post(f"/api/v1/accounts/{account}/follow", token=made.tokens["user"])
    for role, path, body in (*FURNISHED, reported):
        answer = await client.post(path, token=made.tokens[role], json=body)
        if answer.status < 300:
            section = "scheduled_statuses" if "scheduled_at" in body else path.rpartition("/")[2]
            made.learn(rng, section, answer.json)
    async with house.db.write() as conn:
        await announce(conn, "All well.", addresses=house.addresses)
    for section in ("notifications", "announcements", "follow_requests"):
        made.learn(rng, section, (await client.get(f"/api/v1/{section}", token=made.tokens["other"])).ok())
    made.learn(rng, "", (await client.get("/api/v2/notifications", token=made.tokens["other"])).ok())
    for section in ("reports", "accounts", "ip_blocks", "domain_blocks", "domain_allows",
                    "canonical_email_blocks", "email_domain_blocks"):  # fmt: skip
        listed = await client.get(f"/api/v1/admin/{section}?limit=20", token=made.tokens["admin"])
        made.learn(rng, section, listed.ok())
    number = made.ids["number"][0]
    await client.patch("/api/v2/notifications/policy", token=made.tokens["other"], json=STRICT)
    await client.post(
        "/api/v1/statuses", token=made.tokens["moderator"], json={"status": f"Psst, @bob{number}."}
    )
    requests = await client.get("/api/v1/notifications/requests", token=made.tokens["other"])
    made.learn(rng, "requests", requests.ok())
    made.ids["list"] = made.ids["lists"]
    app = (await client.post("/api/v1/apps", json=APP)).ok()
    made.ids.update({name: [app[name]] for name in ("client_id", "client_secret")})
    made.ids["username"] = [f"new{number}x{index}" for index in range(9)]
    made.ids["email"] = [f"new{number}x{index}@mail.example" for index in range(9)]
    made.ids["acct"] = [f"alice{number}", f"alice{number}", f"carol{number}@there.example", "nobody"]
    made.ids["url"] = [f"http://localhost:8000/@alice{number}/{made.ids['statuses'][0]}"]
    return made


async def _peopled(house: House) -> Village:
    make, number = Make(house), next(_numbers)
    alice = await make.account(f"alice{number}")
    bob = await make.account(f"bob{number}", locked=True)
    moderator = await make.account(f"mod{number}", role="moderator")
    admin = await make.account(f"admin{number}", role="owner")
    waits = await make.account(f"waits{number}", approved=False)
    pending = await make.account(f"pending{number}", confirmed=False)
    gone = await make.account(f"gone{number}")
    carol = await make.remote(f"carol{number}@there.example")
    await make.follow(bob, alice)
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, carol)
        await follow.accept(conn, carol, alice.id)
        await standing.suspend(conn, gone.id)
        app = await tokens.create(conn, scopes="read write")
    posts = [
        await make.status(author, f"Of {number}. #stoa @bob{number}", visibility=visibility)
        for author in (alice, bob, admin)
        for visibility in ("public", "unlisted", "private", "direct")
    ]
    parts = [posts[0], await make.status(alice, "It continues.", in_reply_to_id=posts[0])]
    posts.append(await make.status(carol, "Hello.", uri=f"https://there.example/{number}"))
    async with house.db.write() as conn:
        series = await curate.create(conn, alice.id, house.addresses, title="Two parts")
        await curate.put(conn, alice.id, series, parts)
        draft = await drafts.save(conn, alice.id, f"{number:032x}", Words(text="Not yet."), version=0)
        assert isinstance(draft, Draft)
        cookies = {
            role: await sessions.open_session(conn, who.id, ip="127.0.0.1", user_agent="")
            for role, who in (("user", alice), ("other", bob), ("moderator", moderator), ("admin", admin))
        }
    return Village(
        cookies=cookies,
        tokens={
            "user": await make.token(alice, EVERYTHING),
            "other": await make.token(bob, EVERYTHING),
            "moderator": await make.token(moderator, EVERYTHING),
            "admin": await make.token(admin, EVERYTHING),
            "narrow": await make.token(alice, "read:search"),
            "app": app,
            "pending": pending.token,
            "visitor": None,
        },
        ids={
            "accounts": [
                str(one) for one in (alice.id, bob.id, moderator.id, admin.id, carol, waits.id, gone.id)
            ],
            "statuses": [str(one) for one in posts],
            "series": [str(series)],
            "drafts": [str(draft.id)],
            "parts": [str(one) for one in parts],
            "names": [f"alice{number}"],
            "deeds": list(DEEDS),
            "reactions": ["👍", "🎉"],
            "days": ["2026-11-01"],
            "number": [str(number)],
            "tags": ["stoa", "Stoa", "новости"],
        },
    )
