"""Documents are believed only from their own id, with their own type, from servers we speak with."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete

from stoa import ids
from stoa.core.house import House
from stoa.db import Query, insert
from stoa.db.tables import domain_blocks
from stoa.federation.fetch import Fetcher, NotThere, is_document
from stoa.federation.missing import NotResolved
from stoa.federation.own_keys import OwnKeys
from tests.federation.servers import ACTIVITY, AS, JRD, Answer, Asked, Servers
from tests.make import Make

pytestmark = pytest.mark.anyio

CARL = "https://there.example/users/carl"
NOTE = "https://there.example/notes/1"

_block = insert(domain_blocks, "id", "domain", "severity", "created_at")
_unblock = Query(delete(domain_blocks))


@pytest.fixture
def servers(house: House) -> Servers:
    return Servers(house.settings)


@pytest.fixture
def fetcher(house: House, servers: Servers) -> Fetcher:
    return Fetcher(servers, OwnKeys(house.db, house.addresses), house)


def note(**said: Any) -> dict[str, Any]:
    return {"@context": AS, "id": NOTE, "type": "Note", "attributedTo": CARL, "content": "x", **said}


async def _refused(fetcher: Fetcher, url: str) -> NotResolved:
    with pytest.raises(NotResolved) as refused:
        await fetcher.document(url)
    return refused.value


async def test_a_document_comes_from_its_own_id(fetcher: Fetcher, servers: Servers) -> None:
    servers.put(NOTE, note())
    found = await fetcher.document(NOTE)
    assert found.json["content"] == "x"
    assert found.url == NOTE
    assert servers.asked[0].signed


async def test_a_document_that_names_another_id_is_fetched_from_there(
    fetcher: Fetcher, servers: Servers
) -> None:
    servers.put("https://evil.example/x", note(content="forged"))
    servers.put(NOTE, note(content="true"))
    assert (await fetcher.document("https://evil.example/x")).json["content"] == "true"


async def test_a_redirect_does_not_lend_its_name_to_what_it_leads_to(
    fetcher: Fetcher, servers: Servers
) -> None:
    servers.redirect(NOTE, "https://evil.example/x")
    servers.put("https://evil.example/x", note(content="forged"))
    assert (await _refused(fetcher, NOTE)).final
    servers.put("https://evil.example/y", note(id="https://evil.example/y", attributedTo=CARL))
    assert (await _refused(fetcher, "https://evil.example/y")).final


async def test_a_server_may_lead_on_to_where_it_keeps_a_document(
    fetcher: Fetcher, servers: Servers
) -> None:
    servers.redirect(NOTE, NOTE + "/")
    servers.put(NOTE + "/", note())
    assert (await fetcher.document(NOTE)).json["id"] == NOTE


async def test_the_author_is_of_the_server_of_the_id_whatever_url_says(
    fetcher: Fetcher, servers: Servers
) -> None:
    mine = "https://evil.example/1"
    servers.put(mine, note(id=mine, url=NOTE))
    assert (await _refused(fetcher, mine)).final
    servers.put(mine, note(id=mine, url=NOTE, attributedTo="https://evil.example/eve"))
    assert (await fetcher.document(mine)).json["attributedTo"] == "https://evil.example/eve"


async def test_an_id_that_leads_on_to_another_id_is_not_followed_for_ever(
    fetcher: Fetcher, servers: Servers
) -> None:
    for number in range(5):
        servers.put(f"https://evil.example/{number}", note(id=f"https://evil.example/{number + 1}"))
    await _refused(fetcher, "https://evil.example/0")
    assert len(servers.asked) == 2


@pytest.mark.parametrize(
    "kind",
    [
        "application/json", "text/plain", "text/html", "application/octet-stream", "image/png", "",
        "application/ld+json", 'application/ld+json; profile="https://evil.example/ns"',
        "application/activity+jsonx", f'application/ld+json; x="{AS}"',
    ],
)  # fmt: skip
async def test_an_uploaded_file_is_never_a_document(fetcher: Fetcher, servers: Servers, kind: str) -> None:
    servers.put(NOTE, note(), kind=kind)
    assert (await _refused(fetcher, NOTE)).final


@pytest.mark.parametrize(
    "kind",
    [
        ACTIVITY, "application/activity+json; charset=utf-8", "Application/Activity+JSON",
        f'application/ld+json; profile="{AS}"', f"application/ld+json;profile={AS}",
        f'application/ld+json; charset=utf-8; profile="https://other.example/ns {AS}"',
    ],
)  # fmt: skip
async def test_documents_come_with_their_own_types(fetcher: Fetcher, servers: Servers, kind: str) -> None:
    assert is_document(kind)
    servers.put(NOTE, note(), kind=kind)
    assert await fetcher.document(NOTE)


@pytest.mark.parametrize(
    ("status", "final"),
    [
        (400, True),
        (401, True),
        (403, True),
        (404, True),
        (410, True),
        (418, True),
        (408, False),
        (429, False),
        (500, False),
        (502, False),
        (503, False),
    ],
)
async def test_what_a_status_means(fetcher: Fetcher, servers: Servers, status: int, final: bool) -> None:
    servers.put(NOTE, status=status)
    refused = await _refused(fetcher, NOTE)
    assert refused.final is final
    assert isinstance(refused, NotThere) is (status in (404, 410))
    assert not isinstance(refused, NotThere) or refused.gone is (status == 410)


async def test_a_server_that_cannot_be_reached_may_be_asked_again(
    fetcher: Fetcher, servers: Servers
) -> None:
    servers.dead.add("there.example")
    assert not (await _refused(fetcher, NOTE)).final


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x", "https://10.0.0.5/x", "https://[::1]/x", "https://localhost/x",
        "http://there.example/x", "ftp://there.example/x", "data:application/activity+json,{}",
        "https://there.example:8080/x", "https://user@there.example/x", "https://2130706433/x", "x", "",
    ],
)  # fmt: skip
async def test_inner_addresses_are_not_asked(fetcher: Fetcher, servers: Servers, url: str) -> None:
    assert (await _refused(fetcher, url)).final
    assert servers.asked == []


async def test_redirects_to_inner_addresses_are_not_followed(fetcher: Fetcher, servers: Servers) -> None:
    servers.redirect(NOTE, "https://127.0.0.1/admin")
    assert (await _refused(fetcher, NOTE)).final
    assert servers.times("https://127.0.0.1/admin") == 0


async def test_we_never_ask_ourselves(fetcher: Fetcher, servers: Servers, house: House) -> None:
    assert (await _refused(fetcher, f"{house.addresses.base}/ap/users/1")).final
    assert servers.asked == []


async def test_a_blocked_server_is_never_asked(fetcher: Fetcher, servers: Servers, house: House) -> None:
    servers.put(NOTE, note())
    below = "https://sub.there.example/1"
    servers.put(below, note(id=below, attributedTo="https://sub.there.example/u"))
    async with house.db.write() as conn:
        await conn.run(_block, id=1, domain="there.example", severity="suspend", created_at=1)
    assert (await _refused(fetcher, NOTE)).final
    assert (await _refused(fetcher, below)).final
    with pytest.raises(NotResolved):
        await fetcher.webfinger("carl@there.example")
    assert servers.asked == []
    servers.redirect("https://else.example/1", NOTE)
    assert (await _refused(fetcher, "https://else.example/1")).final


async def test_a_signature_that_is_refused_is_made_in_another_way(
    fetcher: Fetcher, servers: Servers
) -> None:
    def only_new(asked: Asked) -> Answer:
        if "Signature-Input" in asked.headers or "signature-input" in asked.headers:
            return Answer(b'{"id":"%s","attributedTo":"%s"}' % (NOTE.encode(), CARL.encode()), 200,
                          {"content-type": ACTIVITY})  # fmt: skip
        return Answer(b"", 401)

    servers.answers[NOTE] = only_new
    await fetcher.document(NOTE)
    assert len(servers.asked) == 2
    await fetcher.document(NOTE)  # remembered
    assert len(servers.asked) == 3


async def test_a_query_is_left_out_of_the_signature_where_that_is_wanted(
    fetcher: Fetcher, servers: Servers
) -> None:
    page = "https://there.example/list?page=true"
    seen = []

    def choosy(asked: Asked) -> Answer:
        seen.append(asked)
        return Answer(b"", 401)

    servers.answers[page] = choosy
    with pytest.raises(NotResolved):
        await fetcher.collection(page)
    assert len(seen) == 3
    assert len({one.headers.get("Signature") or one.headers.get("signature") for one in seen}) == 3


async def test_a_server_that_asks_for_patience_is_left_alone(
    fetcher: Fetcher, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.put(NOTE, status=429, retry_after="120")
    servers.put("https://there.example/2", note(id="https://there.example/2"))
    assert not (await _refused(fetcher, NOTE)).final
    assert not (await _refused(fetcher, "https://there.example/2")).final
    assert len(servers.asked) == 1
    later = ids.now_ms() + 121_000
    monkeypatch.setattr(ids, "now_ms", lambda: later)
    assert await fetcher.document("https://there.example/2")


async def test_a_collection_is_of_the_server_that_was_asked(fetcher: Fetcher, servers: Servers) -> None:
    url = "https://there.example/c"
    servers.collection(url, [NOTE])
    assert [one.id for one in (await fetcher.collection(url)).items] == [NOTE]
    servers.collection(url, [NOTE], id="https://else.example/c")
    servers.answers[url] = servers.answers["https://there.example/c"]
    servers.put(url, {"@context": AS, "id": "https://else.example/c", "type": "Collection", "items": []})
    with pytest.raises(NotResolved):
        await fetcher.collection(url)
    servers.redirect(url, "https://else.example/c")
    with pytest.raises(NotResolved):
        await fetcher.collection(url)


@pytest.mark.parametrize(
    "handle",
    [
        "u@localhost:1234/secret?#",
        "u@there.example/x",
        "u@there.example#",
        "u@127.0.0.1",
        "u@10.1.2.3:22",
        "u@localhost",
        "u@there.example.",
        "u@%6c",
        "u",
    ],
)
async def test_a_handle_leads_to_no_inner_address(fetcher: Fetcher, servers: Servers, handle: str) -> None:
    with pytest.raises(NotResolved):
        await fetcher.webfinger(handle)
    assert servers.asked == []


async def test_host_meta_says_where_webfinger_is(fetcher: Fetcher, servers: Servers) -> None:
    servers.put(
        "https://there.example/.well-known/host-meta",
        b'<XRD><Link rel="lrdd" template="https://there.example/wf?q={uri}"/></XRD>',
        kind="application/xrd+xml",
    )
    servers.put(
        "https://there.example/wf?q=acct%3Acarl%40there.example",
        {"subject": "acct:carl@there.example", "links": []},
        kind=JRD,
    )
    assert (await fetcher.webfinger("carl@there.example")).username == "carl"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><XRD>&a;</XRD>",
        b'<XRD><Link rel="lrdd" template="https://127.0.0.1/wf?q={uri}"/></XRD>',
        b'<XRD><Link rel="lrdd" template="file:///etc/{uri}"/></XRD>',
    ],
)  # fmt: skip
async def test_host_meta_leads_nowhere_else(fetcher: Fetcher, servers: Servers, body: bytes) -> None:
    servers.put("https://there.example/.well-known/host-meta", body, kind="application/xrd+xml")
    with pytest.raises(NotResolved):
        await fetcher.webfinger("carl@there.example")
    assert len(servers.asked) == 2


async def test_webfinger_ends_after_three_redirects(fetcher: Fetcher, servers: Servers) -> None:
    url = "https://there.example/.well-known/webfinger?resource=acct%3Acarl%40there.example"
    servers.redirect(url, url)
    with pytest.raises(NotResolved):
        await fetcher.webfinger("carl@there.example")
    assert len(servers.asked) == 4


async def test_a_key_document_is_the_one_that_was_asked_for(fetcher: Fetcher, servers: Servers) -> None:
    key = {"owner": CARL, "publicKeyPem": "-----BEGIN"}
    servers.put("https://evil.example/k1", {"@context": AS, "id": "https://evil.example/k2", **key})
    with pytest.raises(NotResolved):
        await fetcher.owner_of_key("https://evil.example/k1")
    servers.put("https://evil.example/k1", {"@context": AS, "id": "https://evil.example/k1", **key})
    assert await fetcher.owner_of_key("https://evil.example/k1") == CARL


async def test_a_document_for_one_person_is_asked_for_by_them(
    fetcher: Fetcher, servers: Servers, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    servers.put(NOTE, note())
    await fetcher.document(NOTE, as_account=alice.id)
    assert house.addresses.actor(alice.id) in servers.asked[0].headers["Signature"]
