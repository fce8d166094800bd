"""People and posts elsewhere are found, and are whose they say."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update

from stoa.core.accounts import views
from stoa.core.accounts.model import AccountView
from stoa.core.house import House
from stoa.core.relationships import follow
from stoa.db import Query, insert
from stoa.db.tables import domain_blocks, follows, jobs, remote_actors, remote_keys, statuses
from stoa.federation import budget, wants
from stoa.federation.fetch import Fetcher
from stoa.federation.missing import NotResolved
from stoa.federation.own_keys import OwnKeys
from stoa.federation.resolve import Resolver
from tests.federation.servers import AS, Servers
from tests.make import Make

pytestmark = pytest.mark.anyio

CARL = "https://there.example/users/carl"
NOTE = "https://there.example/notes/1"

_block = insert(domain_blocks, "id", "domain", "severity", "reject_media", "created_at")
_age = Query(update(remote_actors).values(fetched_at=remote_actors.c.fetched_at - 25 * 3_600_000))
_gone = Query(select(remote_actors.c.gone_at))
_jobs = Query(select(jobs.c.kind, jobs.c.payload))
_keys = Query(select(remote_keys.c.id, remote_keys.c.pem))
_follows = Query(select(follows.c.follower_id))
_statuses = Query(select(statuses.c.uri))


@pytest.fixture
def servers(house: House) -> Servers:
    return Servers(house.settings)


@pytest.fixture
def resolver(house: House, servers: Servers) -> Resolver:
    return Resolver(house, Fetcher(servers, OwnKeys(house.db, house.addresses), house))


async def _account(house: House, account_id: int | None) -> AccountView:
    assert account_id is not None
    async with house.db.read() as conn:
        return await views.get(conn, account_id)


async def _nobody(resolver: Resolver, uri: str) -> NotResolved:
    with pytest.raises(NotResolved) as refused:
        await resolver.actor(uri)
    return refused.value


@pytest.mark.parametrize("typed", ["carl@there.example", "@carl@there.example", "acct:carl@There.example"])
async def test_a_handle_finds_its_actor(
    resolver: Resolver, servers: Servers, house: House, typed: str
) -> None:
    servers.actor("carl@there.example", name="Carl", summary="<p>Hi<script>x</script></p>")
    account = await _account(house, await resolver.account(typed))
    assert account.uri == CARL
    assert account.acct == "carl@there.example"
    assert account.display_name == "Carl"
    assert account.note_html == "<p>Hi</p>"
    asked = len(servers.asked)
    assert await resolver.account(typed) == account.id
    assert len(servers.asked) == asked


async def test_a_handle_may_end_in_another_domain_than_the_id(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    servers.actor("carl@social.there.example", handle="carl@there.example")
    account = await _account(house, await resolver.account("carl@social.there.example"))
    assert account.acct == "carl@there.example"
    assert await resolver.account("carl@there.example") == account.id
    servers.actor("dora@social.there.example", handle="dora@there.example", webfinger="dora@there.example")
    dora = await _account(house, await resolver.actor("https://social.there.example/users/dora"))
    assert dora.acct == "dora@there.example"


async def test_a_lookalike_is_refused(resolver: Resolver, servers: Servers) -> None:
    servers.actor("carl@there.example")
    eve = "https://evil.example/users/carl"
    # Its server says it is carl of there; there they know another carl.
    servers.actor("carl@evil.example", handle=None)
    servers.webfinger("carl@evil.example", eve, subject="carl@there.example")
    assert (await _nobody(resolver, eve)).final
    assert await resolver.account("carl@evil.example") is None
    servers.actor("eve@evil.example", webfinger="carl@there.example")
    assert (await _nobody(resolver, "https://evil.example/users/eve")).final


async def test_a_subject_on_a_third_server_must_agree(resolver: Resolver, servers: Servers) -> None:
    servers.actor("carl@a.example")
    servers.webfinger("carl@a.example", "https://a.example/users/carl", subject="carl@b.example")
    assert (await _nobody(resolver, "https://a.example/users/carl")).final
    servers.webfinger("carl@b.example", "https://a.example/users/carl", subject="carl@c.example")
    servers.webfinger("carl@c.example", "https://a.example/users/carl")
    assert (await _nobody(resolver, "https://a.example/users/carl")).final


async def test_a_webfinger_answer_by_way_of_another_server_must_fit(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    servers.actor("carl@social.there.example")
    servers.webfinger(
        "carl@social.there.example", "https://social.there.example/users/carl", subject="carl@there.example"
    )
    target = "https://social.there.example/.well-known/webfinger?resource=acct%3Acarl%40there.example"
    servers.redirect(
        "https://there.example/.well-known/webfinger?resource=acct%3Acarl%40there.example", target
    )
    servers.answers[target] = servers.answers[
        "https://social.there.example/.well-known/webfinger?resource=acct%3Acarl%40social.there.example"
    ]
    account = await _account(house, await resolver.account("carl@social.there.example"))
    assert account.acct == "carl@there.example"


async def test_nobody_elsewhere_has_a_handle_of_ours(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    ours = house.settings.domain
    servers.actor("carl@there.example", webfinger=f"carl@{ours}")
    assert (await _nobody(resolver, CARL)).final
    servers.actor("carl@there.example")
    servers.webfinger("carl@there.example", CARL, subject=f"carl@{ours}")
    assert (await _nobody(resolver, CARL)).final


async def test_an_actor_cannot_turn_into_another(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    servers.actor("carl@there.example", name="Carl")
    carl = await resolver.actor(CARL)
    key = {"id": "https://evil.example/k", "owner": CARL, "publicKeyPem": "forged"}
    servers.put(
        "https://evil.example/x", {**servers.actor("eve@evil.example"), "id": CARL, "publicKey": key}
    )
    servers.actor("carl@there.example", name="Carl")
    assert (await _nobody(resolver, "https://evil.example/x")).final
    local = f"{house.addresses.base}/ap/users/1"
    servers.put("https://evil.example/y", {**servers.actor("eve@evil.example"), "id": local})
    assert (await _nobody(resolver, "https://evil.example/y")).final
    assert (await _account(house, carl)).display_name == "Carl"
    async with house.db.read() as conn:
        assert await conn.all(_keys) == []


async def test_a_key_of_another_is_not_taken_over(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    key = {"id": f"{CARL}#main-key", "owner": CARL, "publicKeyPem": "carl's"}
    servers.actor("carl@there.example", publicKey=key)
    await resolver.actor(CARL)
    dora = "https://there.example/users/dora"
    servers.actor("dora@there.example", publicKey={**key, "owner": dora, "publicKeyPem": "dora's"})
    await resolver.actor(dora)
    async with house.db.read() as conn:
        assert [tuple(one) for one in await conn.all(_keys)] == [(f"{CARL}#main-key", "carl's")]


async def test_a_key_is_its_owners_who_shows_it(resolver: Resolver, servers: Servers) -> None:
    bare = "https://there.example/keys/1"
    document = {"@context": AS, "id": bare, "owner": CARL, "publicKeyPem": "carl's"}
    servers.put(bare, document)
    servers.actor("carl@there.example")
    with pytest.raises(NotResolved):
        await resolver.key(bare)
    servers.actor("carl@there.example", publicKey={**document, "@context": None})
    assert await resolver.key(bare) == CARL
    stub = f"{CARL}/main-key"
    key = {"id": stub, "owner": CARL, "publicKeyPem": "other"}
    servers.put(stub, {"@context": AS, "id": CARL, "type": "Person", "publicKey": key})
    servers.actor("carl@there.example", publicKey=key)
    assert await resolver.key(stub) == CARL


async def test_a_key_that_names_somebody_elsewhere_is_nobodys(resolver: Resolver, servers: Servers) -> None:
    servers.actor("carl@there.example")
    forged = "https://evil.example/k"
    servers.put(forged, {"@context": AS, "id": forged, "owner": CARL, "publicKeyPem": "eve's"})
    with pytest.raises(NotResolved):
        await resolver.key(forged)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "Note"}, {"inbox": None}, {"preferredUsername": "cärl"}, {"preferredUsername": "a b"},
        {"preferredUsername": "x" * 3000}, {"preferredUsername": "carl@evil.example"}, {"@context": None},
    ],
)  # fmt: skip
async def test_what_is_no_actor_is_refused(
    resolver: Resolver, servers: Servers, said: dict[str, Any]
) -> None:
    servers.actor("carl@there.example", **said)
    assert (await _nobody(resolver, CARL)).final


async def test_those_who_ask_at_the_same_time_share_one_request(
    resolver: Resolver, servers: Servers
) -> None:
    servers.actor("carl@there.example")
    found = await asyncio.gather(*(resolver.actor(CARL) for _ in range(20)))
    assert len(set(found)) == 1
    assert servers.times(CARL) == 1


async def test_a_profile_is_fetched_anew_when_it_is_stale(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    servers.actor("carl@there.example", name="Before")
    carl = await resolver.actor(CARL)
    servers.actor("carl@there.example", name="After")
    assert await resolver.actor(CARL) == carl
    assert servers.times(CARL) == 1
    async with house.db.write() as conn:
        await conn.run(_age)
    assert await resolver.actor(CARL) == carl
    assert (await _account(house, carl)).display_name == "Before"
    async with house.db.read() as conn:
        assert (wants.ACTOR, {"account": carl}) in [tuple(one) for one in await conn.all(_jobs)]
    assert await resolver.actor(CARL, fresh=True) == carl
    assert (await _account(house, carl)).display_name == "After"


async def test_somebody_who_is_gone_is_followed_no_more(
    resolver: Resolver, servers: Servers, house: House, make: Make
) -> None:
    alice = await make.account("alice")
    servers.actor("carl@there.example")
    carl = await resolver.actor(CARL)
    async with house.db.write() as conn:
        await follow.follow(conn, carl, alice.id)
    servers.put(CARL, status=404)
    with pytest.raises(NotResolved):
        await resolver.actor(CARL, fresh=True)
    async with house.db.read() as conn:
        assert len(await conn.all(_follows)) == 1
    servers.put(CARL, status=410)
    with pytest.raises(NotResolved):
        await resolver.actor(CARL, fresh=True)
    async with house.db.read() as conn:
        assert await conn.all(_follows) == []
        assert await conn.scalar(_gone) is not None


async def test_a_handle_goes_to_whom_its_server_gives_it(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    servers.actor("carl@there.example")
    old = await resolver.actor(CARL)
    new_uri = "https://there.example/users/2"
    servers.actor("carl@there.example", id=new_uri)
    new = await resolver.actor(new_uri)
    assert (await _account(house, new)).acct == "carl@there.example"
    assert (await _account(house, old)).acct != "carl@there.example"
    # The old one is asked once more; if it has another name now, that is it.
    servers.actor("charles@there.example", id=CARL)
    assert await resolver.actor(CARL, fresh=True) == old
    assert (await _account(house, old)).acct == "charles@there.example"


async def test_a_suspended_server_is_unknown_and_a_limited_one_is_limited(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    for host in ("bad.example", "loud.example"):
        servers.actor(f"carl@{host}", icon={"type": "Image", "url": f"https://{host}/a.png"})
    async with house.db.write() as conn:
        await conn.run(
            _block, id=1, domain="bad.example", severity="suspend", reject_media=False, created_at=5
        )
        await conn.run(
            _block, id=2, domain="loud.example", severity="silence", reject_media=True, created_at=7
        )
    assert await resolver.account("carl@bad.example") is None
    loud = await _account(house, await resolver.account("carl@loud.example"))
    assert loud.limited_at == 7
    assert loud.avatar_remote_url is None
    # A handle of a suspended domain is refused wherever its actor lives.
    servers.actor("dora@good.example", handle="dora@bad.example")
    assert await resolver.account("dora@good.example") is None


async def test_a_stranger_tree_ends(resolver: Resolver, servers: Servers) -> None:
    for number in range(5):
        servers.actor(f"u{number}@there.example")
    with budget.spending(budget.Budget(actors=3)):
        for number in range(3):
            await resolver.actor(f"https://there.example/users/u{number}")
        assert not (await _nobody(resolver, "https://there.example/users/u3")).final
    assert await resolver.actor("https://there.example/users/u4")


async def test_servers_under_one_wildcard_are_met_slowly(resolver: Resolver, servers: Servers) -> None:
    for number in range(budget.MAX_SUBDOMAINS + 1):
        servers.actor(f"u@s{number}.evil.example")
    for number in range(budget.MAX_SUBDOMAINS):
        await resolver.actor(f"https://s{number}.evil.example/users/u")
    last = f"https://s{budget.MAX_SUBDOMAINS}.evil.example/users/u"
    assert not (await _nobody(resolver, last)).final


async def test_pictures_and_emoji_are_remembered_by_their_addresses(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    servers.actor(
        "carl@there.example", name="Carl :cat:",
        icon={"type": "Image", "url": "https://media.example/a.png", "name": "a face"},
        tag=[{"type": "Emoji", "name": ":cat:", "icon": {"url": "https://media.example/c.png"}}],
    )  # fmt: skip
    account = await _account(house, await resolver.actor(CARL))
    assert account.avatar_remote_url == "https://media.example/a.png"
    assert account.avatar_description == "a face"
    assert [one.remote_url for one in account.emojis] == ["https://media.example/c.png"]


async def test_intents_are_asked_of_the_visitors_own_server(resolver: Resolver, servers: Servers) -> None:
    servers.actor("carl@there.example")
    template = "https://there.example/authorize_interaction?uri={uri}"
    servers.put(
        "https://there.example/.well-known/webfinger?resource=acct%3Acarl%40there.example",
        {
            "subject": "acct:carl@there.example",
            "links": [{"rel": "http://ostatus.org/schema/1.0/subscribe", "template": template}],
        },
    )
    assert await resolver.intents("carl@there.example") == {
        "http://ostatus.org/schema/1.0/subscribe": template
    }
    assert await resolver.intents("nobody@there.example") == {}
