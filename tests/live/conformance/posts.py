"""Posts of every kind, and what people do with them."""

from __future__ import annotations

from typing import Any

from tests.core.media import reels
from tests.live.conformance.house import Village
from tests.live.conformance.people import PICTURE
from tests.live.fediverse import until

FILM = ("a.mp4", reels.film(), "video/mp4")
GIF = ("a.gif", reels.gif(), "image/gif")
SOUND = ("a.mp3", reels.film("mp3", video=None, audio="libmp3lame"), "audio/mpeg")


def media(v: Village) -> None:
    """Pictures, films, sounds."""
    ask = v.ask
    words = {"description": "What is seen.", "focus": "0.1,0.2"}
    sent = []
    for file in (PICTURE, FILM, GIF, SOUND):
        files = {"file": file, "thumbnail": PICTURE} if file is FILM else {"file": file}
        sent.append(ask("POST /api/v2/media", files=files, **words))
    v.made["media"] = [one["id"] for one in sent]
    for one in v.made["media"]:
        until(lambda one=one: ask("GET /api/v1/media/:id", id=one)["url"])  # type: ignore[misc]
    first = v.made["media"][0]
    ask("PUT /api/v1/media/:id", id=first, description="The sea.", focus="0.0,0.0")
    ask("PUT /api/v1/media/:id", id=v.made["media"][1], files={"thumbnail": PICTURE})
    spare = ask(
        "POST /api/v1/media", files={"file": PICTURE, "thumbnail": PICTURE}, description="Spare.",
        focus="0.0,0.0",
    )["id"]  # fmt: skip
    v.made["spare"] = [spare, ask("POST /api/v1/media", files={"file": PICTURE})["id"]]
    ask("DELETE /api/v1/media/:id", id=v.made["spare"].pop())


def kinds(v: Village) -> None:
    """A post of every kind."""
    ask, made = v.ask, v.made
    ask("POST /api/v2/filters", "bob", title="No sea", context=["home", "public", "thread", "account"],
        filter_action="warn", expires_in=3600,
        keywords_attributes=[{"keyword": "sea", "whole_word": True}])  # fmt: skip

    def post(what: str, text: str, who: str = "alice", **more: Any) -> str:
        made[what] = ask("POST /api/v1/statuses", who, status=text, **more)["id"]
        found: str = made[what]
        return found

    post("plain", f"Of the #stoa by the sea, @bob :wave: {v.site}/essay", language="en",
         visibility="public", quote_approval_policy="public")  # fmt: skip
    post("warned", "Rain.", spoiler_text="The weather", sensitive=True)
    post("pictured", "Look.", media_ids=made["media"][:1], sensitive=True, language="en")
    for what, one in zip(("film", "moving", "sound"), made["media"][1:], strict=True):
        post(what, f"A {what}.", media_ids=[one])
    poll = {"options": ["Yes", "No"], "expires_in": 3600, "multiple": True, "hide_totals": False}
    post("asked", "Shall we? #stoa", poll=poll, language="en")
    post("answer", "@alice We shall.", "bob", in_reply_to_id=made["plain"])
    post("quote", "As she says.", "bob", quoted_status_id=made["plain"])
    post("quoted quote", "As he says.", "carol", quoted_status_id=made["quote"])
    post("psst", "@bob Psst.", visibility="direct")
    post("private", "For friends.", visibility="private")
    post("link", f"{v.site}/essay", "carol")
    post("bobs", "From bob. #stoa", "bob")
    later = {"poll": poll, "visibility": "private", "language": "en", "spoiler_text": "Later"}
    made["later"] = ask(
        "POST /api/v1/statuses", status="Later.", scheduled_at="2031-05-01T12:30:00Z", **later
    )["id"]
    made["later too"] = ask(
        "POST /api/v1/statuses", status="Much later.", scheduled_at="2032-05-01T12:30:00Z",
        media_ids=made["spare"],
    )["id"]  # fmt: skip
    until(lambda: ask("GET /api/v1/statuses/:id", id=made["plain"])["card"])
    ask(
        "PUT /api/v1/statuses/:id",
        id=made["pictured"],
        status="Look there.",
        spoiler_text="Sea",
        sensitive=True,
        language="en",
        media_ids=made["media"][:1],
        quote_approval_policy="followers",
        media_attributes=[{"id": made["media"][0], "description": "A wide sea.", "focus": "0.1,0.1"}],
    )
    ask("PUT /api/v1/statuses/:id", id=made["asked"], status="Shall we?", poll=poll)  # fmt: skip


def reading(v: Village) -> None:
    """One post, many posts, and what stands around them."""
    ask, made = v.ask, v.made
    plain = made["plain"]
    for what in ("plain", "quote", "quoted quote", "asked", "film", "moving", "sound", "pictured"):
        ask("GET /api/v1/statuses/:id", "bob", id=made[what])
    ask("GET /api/v1/statuses", **{"id[]": [plain, made["quote"]]})
    ask("GET /api/v1/statuses/:id/context", id=plain)
    ask("POST /api/v1/statuses/:id/translate", "bob", id=plain, lang="de")
    ask("POST /api/v1/statuses/:id/translate", "bob", id=made["asked"], lang="de")
    ask("POST /api/v1/statuses/:id/translate", "bob", id=made["pictured"], lang="de")
    ask("GET /api/v1/statuses/:id/history", id=made["pictured"])
    ask("GET /api/v1/statuses/:id/history", id=made["asked"])
    ask("GET /api/v1/statuses/:id/history", "bob", id=made["quote"])
    ask("GET /api/v1/statuses/:id/source", id=plain)
    ask.read("GET /api/v1/statuses/:id/quotes", id=plain)
    for name in ("local", "remote"):
        ask("GET /api/v1/timelines/public", None, **{name: "true"})
    ask.read("GET /api/v1/timelines/public", "bob")
    ask.read("GET /api/v1/timelines/tag/:hashtag", "bob", hashtag="stoa")
    ask.read("GET /api/v1/timelines/home", "bob")
    ask.read("GET /api/v1/timelines/list/:list_id", list_id=made["list"])
    ask.read("GET /api/v1/timelines/link", url=f"{v.site}/essay")
    ask.read("GET /api/v1/accounts/:id/statuses", id=v.ids["alice"])
    for kind in ("accounts", "statuses", "hashtags"):
        words = {"accounts": "bob", "hashtags": "stoa"}.get(kind, "sea")
        ask.read("GET /api/v2/search", q=words, type=kind, account_id=v.ids["alice"])
    ask("GET /api/v2/search", q="stoa")
    ask.read("GET /api/oembed", None, url=f"{v.server.base}/@alice/{plain}")


def doing(v: Village) -> None:
    """Favour, boost, keep, pin, mute, vote, quote and delete."""
    ask, made = v.ask, v.made
    plain = made["plain"]
    for who in ("bob", "carol"):
        ask("POST /api/v1/statuses/:id/favourite", who, id=plain)
        ask("POST /api/v1/statuses/:id/reblog", who, id=plain, visibility="public")
        ask("POST /api/v1/statuses/:id/bookmark", who, id=plain)
    ask.read("GET /api/v1/statuses/:id/favourited_by", id=plain)
    ask.read("GET /api/v1/statuses/:id/reblogged_by", id=plain)
    ask.read("GET /api/v1/favourites", "bob")
    ask.read("GET /api/v1/bookmarks", "bob")
    for verb in ("favourite", "reblog", "bookmark", "unfavourite", "unreblog", "unbookmark"):
        ask(f"POST /api/v1/statuses/:id/{verb}", "dave", id=plain)
    for verb in ("mute", "unmute", "pin"):
        ask(f"POST /api/v1/statuses/:id/{verb}", id=plain)
    ask("POST /api/v1/statuses/:id/pin", id=made["film"])
    ask("POST /api/v1/statuses/:id/unpin", id=made["film"])
    poll = ask("GET /api/v1/statuses/:id", "bob", id=made["asked"])["poll"]["id"]
    ask("POST /api/v1/polls/:id/votes", "bob", id=poll, choices=[0, 1])
    ask("GET /api/v1/polls/:id", "bob", id=poll)
    ask("PUT /api/v1/statuses/:id/interaction_policy", id=plain, quote_approval_policy="followers")
    ask("PUT /api/v1/statuses/:id/interaction_policy", id=plain, quote_approval_policy="public")
    ask("POST /api/v1/statuses/:id/quotes/:quoting_status_id/revoke", id=plain,
        quoting_status_id=made["quote"])  # fmt: skip
    ask.read("GET /api/v1/scheduled_statuses")
    ask("GET /api/v1/scheduled_statuses/:id", id=made["later"])
    ask("PUT /api/v1/scheduled_statuses/:id", id=made["later"], scheduled_at="2031-06-01T12:30:00Z")
    ask("DELETE /api/v1/scheduled_statuses/:id", id=made["later"])
    ask("DELETE /api/v1/statuses/:id", id=made["sound"], delete_media=True)
    ask("POST /api/v1/markers", home={"last_read_id": plain}, notifications={"last_read_id": "1"})
    ask.read("GET /api/v1/markers")
    ask.read("GET /api/v1/conversations", "bob")
    talk = ask("GET /api/v1/conversations", "bob")[0]["id"]
    ask("POST /api/v1/conversations/:id/read", "bob", id=talk)
    ask("DELETE /api/v1/conversations/:id", "bob", id=talk)


def filters(v: Village) -> None:
    """Both generations of filters."""
    ask = v.ask
    one = ask("GET /api/v2/filters", "bob")[0]
    made = one["id"]
    ask("GET /api/v2/filters/:id", "bob", id=made)
    ask("POST /api/v2/filters/:filter_id/statuses", "bob", filter_id=made, status_id=v.made["warned"])
    word = ask("POST /api/v2/filters/:filter_id/keywords", "bob", filter_id=made, keyword="rain",
               whole_word=False)["id"]  # fmt: skip
    ask("GET /api/v2/filters/:id", "bob", id=made)
    ask("GET /api/v1/statuses/:id", "bob", id=v.made["warned"])
    ask("GET /api/v2/filters/:filter_id/keywords", "bob", filter_id=made)
    ask("GET /api/v2/filters/keywords/:id", "bob", id=word)
    ask("PUT /api/v2/filters/keywords/:id", "bob", id=word, keyword="hail", whole_word=True)
    ask("DELETE /api/v2/filters/keywords/:id", "bob", id=word)
    kept = ask("GET /api/v2/filters/:filter_id/statuses", "bob", filter_id=made)[0]["id"]
    ask("GET /api/v2/filters/statuses/:id", "bob", id=kept)
    ask("DELETE /api/v2/filters/statuses/:id", "bob", id=kept)
    first = one["keywords"][0]["id"]
    ask("PUT /api/v2/filters/:id", "bob", id=made, title="No seas", context=["home"], filter_action="hide",
        expires_in=7200, keywords_attributes=[
            {"id": first, "keyword": "seas", "whole_word": True, "_destroy": False}
        ])  # fmt: skip
    ask("POST /api/v2/filters", "bob", title="Spare", context=["home"],
        keywords_attributes=[{"keyword": "x"}, {"keyword": "y"}])  # fmt: skip
    ask("DELETE /api/v2/filters/:id", "bob", id=made)
    old = ask("POST /api/v1/filters", "bob", phrase="snow", context=["home"], irreversible=False,
              whole_word=True, expires_in=3600)["id"]  # fmt: skip
    ask("GET /api/v1/filters", "bob")
    ask("GET /api/v1/filters/:id", "bob", id=old)
    ask("PUT /api/v1/filters/:id", "bob", id=old, phrase="ice", context=["home"], irreversible=False,
        whole_word=False, expires_in=3600)  # fmt: skip
    ask("DELETE /api/v1/filters/:id", "bob", id=old)


def collections(v: Village) -> None:
    """People recommended together."""
    ask, bob = v.ask, v.ids["bob"]
    made = ask("POST /api/v1/collections", name="Writers", description="Those who write.", language="en",
               tag_name="stoa", sensitive=False, discoverable=True,
               account_ids=[bob])["collection"]["id"]  # fmt: skip
    item = ask("POST /api/v1/collections/:collection_id/items", collection_id=made,
               account_id=v.ids["carol"])["collection_item"]["id"]  # fmt: skip
    whole = ask("GET /api/v1/collections/:id", id=made)
    ask.read("GET /api/v1/:account_id/collections", account_id=v.ids["alice"])
    ask.read("GET /api/v1/:account_id/in_collections", "bob", account_id=bob)
    ask("PATCH /api/v1/collections/:id", id=made, name="Good writers", description="They write.",
        language="en", tag_name="stoa", sensitive=False, discoverable=True)  # fmt: skip
    post = ask("POST /api/v1/statuses", status=f"These: {whole['collection']['url']}")
    v.made["collection"] = made
    ask("GET /api/v1/statuses/:id", id=post["id"])
    ask("DELETE /api/v1/collections/:collection_id/items/:id", collection_id=made, id=item)
    of_bob = whole["collection"]["items"][0]["id"]
    ask("POST /api/v1/collections/:collection_id/items/:id/revoke", "bob", collection_id=made, id=of_bob)
    stays = ask("POST /api/v1/collections", name="Walkers", account_ids=[v.ids["carol"]])["collection"][
        "id"
    ]
    ask("PATCH /api/v1/collections/:id", id=stays, name="Good walkers")
    spare = ask("POST /api/v1/collections", name="Spare", account_ids=[])["collection"]["id"]
    ask("DELETE /api/v1/collections/:id", id=spare)
