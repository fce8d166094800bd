"""What actors say of themselves, as it is stored."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.accounts import views
from stoa.core.accounts.model import AccountView
from stoa.core.house import House
from stoa.db import Query, Row
from stoa.db.tables import accounts, remote_actors, remote_keys
from stoa.federation import remember
from stoa.federation.handles import Handle
from stoa.federation.parse.actor import RemoteActor, parse_actor

pytestmark = pytest.mark.anyio

THERE = "https://there.example"
CARL = f"{THERE}/users/carl"

_stored = Query(select(remote_actors).where(remote_actors.c.host == "there.example"))
_keys = Query(select(remote_keys.c.id, remote_keys.c.pem).order_by(remote_keys.c.id))
_moved = Query(select(accounts.c.moved_to_id).where(accounts.c.uri == CARL))


def actor(username: str = "carl", **said: Any) -> RemoteActor:
    uri = f"{THERE}/users/{username}"
    return parse_actor(
        {"id": uri, "type": "Person", "preferredUsername": username, "inbox": f"{uri}/inbox", **said}
    )


def key(name: str, pem: str) -> dict[str, str]:
    return {"id": f"{CARL}#{name}", "owner": CARL, "publicKeyPem": pem}


async def _remember(house: House, one: RemoteActor, username: str = "carl") -> int:
    async with house.db.write() as conn:
        return (await remember.remember(conn, one, Handle(username, "there.example"))).account_id


async def _row(house: House) -> Row:
    async with house.db.read() as conn:
        return await conn.first(_stored)


async def _account(house: House, account_id: int) -> AccountView:
    async with house.db.read() as conn:
        return await views.get(conn, account_id)


async def test_addresses_are_stored_with_the_actor(house: House) -> None:
    said: dict[str, Any] = {
        "followers": f"{CARL}/followers", "featured": f"{CARL}/featured",
        "endpoints": {"sharedInbox": f"{THERE}/inbox"}, "updated": "2026-01-02T00:00:00Z",
        "_misskey_requireSigninToViewContents": True, "attributedTo": [f"{THERE}/users/mod"],
        "postingRestrictedToMods": True,
    }  # fmt: skip
    await _remember(house, actor(**said))
    row = await _row(house)
    assert (row.inbox, row.shared_inbox) == (f"{CARL}/inbox", f"{THERE}/inbox")
    assert (row.followers, row.featured) == (f"{CARL}/followers", f"{CARL}/featured")
    assert row.members_only
    assert row.mods_only
    assert row.moderators == [f"{THERE}/users/mod"]
    assert row.updated_at is not None


@pytest.mark.parametrize(
    ("said", "from_", "to"),
    [
        ({"_misskey_makeNotesHiddenBefore": 1_700_000_000}, 1_700_000_000_000, 1_700_000_000_000),
        ({"_misskey_makeNotesFollowersOnlyBefore": -86_400}, "then", "now"),
        (
            {"_misskey_makeNotesFollowersOnlyBefore": -86_400, "_misskey_makeNotesHiddenBefore": 5},
            "then",
            "now",
        ),
        ({"_misskey_makeNotesHiddenBefore": None}, None, None),
        ({"_misskey_makeNotesHiddenBefore": "soon"}, None, None),
        ({"_misskey_makeNotesHiddenBefore": 1e300}, None, None),
        ({"_misskey_makeNotesHiddenBefore": True}, None, None),
    ],
)
async def test_what_visitors_are_not_shown_is_stored_with_the_actor(
    house: House, said: dict[str, Any], from_: int | str | None, to: int | str | None
) -> None:
    began = ids.now_ms()
    await _remember(house, actor(hidesCcPublicFromUnauthedWeb=True, **said))
    row = await _row(house)
    assert row.unlisted_for_members
    assert not row.members_only
    names = {"then": began - 86_400_000, "now": ids.now_ms() - 86_400_000}
    if from_ is None:
        assert row.hidden_before is None
    else:
        assert names.get(str(from_), from_) <= row.hidden_before <= names.get(str(to), to)


async def test_addresses_of_other_servers_are_not_the_actors(house: House) -> None:
    said = {
        "followers": "https://else.example/f",
        "featured": "https://else.example/p",
        "sharedInbox": "https://else.example/inbox",
    }
    await _remember(house, actor(**said))
    row = await _row(house)
    assert (row.followers, row.featured, row.shared_inbox) == (None, None, None)


async def test_keys_are_those_of_the_last_document(house: House) -> None:
    await _remember(house, actor(publicKey=[key("a", "1"), key("b", "2")]))
    await _remember(house, actor(publicKey=key("b", "3")))
    async with house.db.read() as conn:
        assert [tuple(one) for one in await conn.all(_keys)] == [(f"{CARL}#b", "3")]


async def test_html_is_cleaned_once_and_for_all(house: House) -> None:
    evil = "<p>Hi</p><script>alert(1)</script><img src=x onerror=alert(1)>"
    said: dict[str, Any] = {
        "name": "<b>Carl</b>",
        "summary": evil,
        "attachment": [{"type": "PropertyValue", "name": "<i>Web</i>", "value": f"<p>{evil}</p>"}],
    }
    account = await _account(house, await _remember(house, actor(**said)))
    stored = account.note_html + account.fields[0].value + account.fields[0].html
    assert "<script" not in stored
    assert "onerror" not in stored
    assert account.note_html.startswith("<p>Hi</p>")
    assert account.display_name == "<b>Carl</b>"  # text, shown as it is


async def test_where_somebody_moved_counts_if_both_say_so(house: House) -> None:
    new = await _remember(house, actor("karl"), "karl")
    moved = actor(movedTo=f"{THERE}/users/karl")
    await _remember(house, moved)
    async with house.db.read() as conn:
        assert await conn.scalar(_moved) is None
    assert await _remember(house, actor("karl", alsoKnownAs=[CARL]), "karl") == new
    await _remember(house, moved)
    async with house.db.read() as conn:
        assert await conn.scalar(_moved) == new


async def test_an_actor_changes_itself_but_not_its_handle_unasked(house: House) -> None:
    async with house.db.write() as conn:
        assert not await remember.renewed(conn, actor(name="Unknown"))
    carl = await _remember(house, actor(name="One", updated="2026-02-01T00:00:00Z"))
    async with house.db.write() as conn:
        assert await remember.renewed(conn, actor(name="Two", updated="2026-03-01T00:00:00Z"))
        assert await remember.renewed(conn, actor(name="Old", updated="2026-01-01T00:00:00Z"))
        assert not await remember.renewed(conn, actor(name="X", preferredUsername="admin"))
        assert not await remember.renewed(conn, actor(name="X", webfinger="carl@bank.example"))
    account = await _account(house, carl)
    assert account.display_name == "Two"
    assert account.acct == "carl@there.example"


async def test_whom_their_server_suspended_is_gone_until_it_says_otherwise(house: House) -> None:
    await _remember(house, actor(suspended=True))
    assert (await _row(house)).gone_at is not None
    await _remember(house, actor())
    assert (await _row(house)).gone_at is None


async def test_a_handle_of_another_domain_stays_when_the_actor_says_nothing_of_it(house: House) -> None:
    async with house.db.write() as conn:
        await remember.remember(conn, actor(), Handle("carl", "nice.example"))
        assert await remember.renewed(conn, actor(name="Carl"))
        row = await remember.known(conn, CARL)
    assert row is not None
    assert row.domain == "nice.example"
