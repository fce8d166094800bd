"""Files of other servers: readers ask us alone, and we ask only for what a record names."""

from __future__ import annotations

import asyncio
import os
import time

import pytest
from sqlalchemy import insert, select, update

from stoa import ids
from stoa.core.house import House
from stoa.core.instances.domains import Decision
from stoa.core.media import emojis, foreign
from stoa.core.media.emojis import Foreign as ForeignEmoji
from stoa.core.moderation import domains as decisions
from stoa.core.policy.draft import RemoteMedia
from stoa.core.ports import NotCollected
from stoa.db import Query
from stoa.db.tables import accounts, custom_emojis, domain_blocks, media_attachments
from stoa.federation.files import Files
from stoa.http_client import Fetched, HttpClient
from stoa.ids import proxied
from stoa.main import Assembled
from tests.client import Answer, Client
from tests.core.media.pictures import encoded, quartered
from tests.federation.elsewhere import Asked, Elsewhere
from tests.make import Make, lies
from tests.web.browsing import Browser

PNG = encoded(quartered((80, 60)), "PNG")
PICTURE = "https://files.there.example/a.png?x=1&y=2"
FILM = "https://files.there.example/a.mp4"
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(5_000)

_media = Query(select(media_attachments.c.id).order_by(media_attachments.c.position))
_keys = Query(select(media_attachments.c.key, media_attachments.c.preview_key))


def shows(elsewhere: Elsewhere, url: str, body: bytes, kind: str = "image/png") -> None:
    """Have *body* at *url*."""
    elsewhere.documents[url] = Fetched(200, url, {"content-type": kind}, body)


async def post_of_carol(make: Make, *media: RemoteMedia, **draft: object) -> int:
    carol = await make.remote("carol@there.example")
    return await make.status(
        carol, "", uri="https://there.example/1", url="https://there.example/@carol/1",
        content="<p>Look.</p>",
        media=media or (RemoteMedia(url=PICTURE, kind="image", mime="image/png"),), **draft,
    )  # fmt: skip


async def only(house: House) -> int:
    """The id of the one attachment there is."""
    async with house.db.read() as conn:
        [found] = await conn.scalars(_media)
    return int(found)


async def test_a_picture_is_fetched_when_somebody_looks_and_then_lies_here(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    assert elsewhere.fetched == []
    answer = await client.get(path)
    assert answer.status == 302
    assert elsewhere.fetched == [PICTURE]
    file = await client.get(answer.headers["location"])
    assert (file.status, file.headers["content-type"]) == (200, "image/png")
    small = await client.get(proxied("media-small", await only(house), PICTURE))
    assert small.headers["location"].startswith("/media/")
    assert (await client.get(path)).status == 302
    assert elsewhere.fetched == [PICTURE]


async def test_many_who_look_at_once_cost_one_fetch(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    async def slowly(asked: Asked) -> Fetched:
        await asyncio.sleep(0.05)
        return Fetched(200, asked.url, {}, PNG)

    elsewhere.documents[PICTURE] = slowly
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    answers = await asyncio.gather(*(client.get(path) for _ in range(10)))
    assert {answer.status for answer in answers} == {302}
    assert elsewhere.fetched == [PICTURE]


@pytest.mark.parametrize(
    "path",
    [
        "/proxy/media/{id}/00000000000000000000",  # an address that was made up (CVE-2024-56200)
        "/proxy/media/{id}/{tag}x",
        "/proxy/media/0{id}/{tag}",
        "/proxy/media/1/{tag}",
        "/proxy/emoji/{id}/{tag}",
        "/proxy/media-large/{id}/{tag}",
        "/proxy/media/{id}/https%3A%2F%2F10.0.0.1%2Fsecret",
        "/proxy/media/x/{tag}",
        "/proxy/media/99999999999999999999/{tag}",
    ],
)
async def test_only_addresses_that_we_made_are_fetched(
    house: House, make: Make, client: Client, elsewhere: Elsewhere, path: str
) -> None:
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    media_id = await only(house)
    tag = proxied("media", media_id, PICTURE).rpartition("/")[2]
    assert (await client.get(path.format(id=media_id, tag=tag))).status == 404
    assert elsewhere.fetched == []


async def test_a_parameter_reaches_no_other_server(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    answer = await client.get(f"{path}?file_type=jpg&proxy=http://10.0.0.1/&url=http://10.0.0.1/")
    assert answer.status == 302
    assert "10.0.0.1" not in answer.headers["location"]
    assert elsewhere.fetched == [PICTURE]


async def test_nothing_of_the_reader_is_passed_on(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    client.cookies["stoa_session"] = "a-session"
    private = {
        "user-agent": "Private/1.0",
        "referer": "https://home.example/secret",
        "accept-language": "sl",
    }
    await client.get(proxied("media", await only(house), PICTURE), headers=private)
    [asked] = elsewhere.asked
    assert not {"cookie", "referer", "accept-language", "signature", "authorization"} & set(asked.headers)
    assert "Private" not in str(asked)


async def test_our_own_addresses_are_not_fetched(house: House) -> None:
    client = HttpClient(house.settings)
    address = house.addresses.proxied("media", 1, PICTURE)
    file = house.settings.media_folder / "new"
    file.touch()
    with pytest.raises(NotCollected) as caught:
        await Files(client).collect(address, file, accept="image/*", limit_bytes=10, seconds=1.0)
    await client.close()
    assert caught.value.final


@pytest.mark.parametrize("body", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"{}", b"", PNG[:40]])
async def test_what_is_no_picture_is_not_shown_nor_asked_for_again(
    house: House, make: Make, client: Client, elsewhere: Elsewhere, body: bytes
) -> None:
    shows(elsewhere, PICTURE, body)
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    assert [(await client.get(path)).status for _ in range(3)] == [404, 404, 404]
    assert elsewhere.fetched == [PICTURE]


async def test_a_server_that_is_down_is_asked_again_later(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    elsewhere.documents[PICTURE] = 503
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    answers = [await client.get(path) for _ in range(2)]
    assert [answer.status for answer in answers] == [503, 503]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert elsewhere.fetched == [PICTURE]


async def test_films_are_kept_as_they_came_and_served_as_what_they_are(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    shows(elsewhere, FILM, MP4, "application/activity+json")
    await post_of_carol(make, RemoteMedia(url=FILM, kind="video", mime="video/mp4"))
    media_id = await only(house)
    found = await client.get(proxied("media", media_id, FILM))
    file = await client.get(found.headers["location"], headers={"range": "bytes=4-7"})
    assert (file.status, file.body, file.headers["content-type"]) == (206, b"ftyp", "video/mp4")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    asked = {"accept": "application/activity+json"}
    assert (await client.get(found.headers["location"], headers=asked)).headers[
        "content-type"
    ] == "video/mp4"
    assert (await client.get(proxied("media-small", media_id, FILM))).status == 404


async def test_a_page_called_a_film_is_not_served(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    shows(elsewhere, FILM, b"<!doctype html><script>alert(1)</script>", "video/mp4")
    await post_of_carol(make, RemoteMedia(url=FILM, kind="video", mime="video/mp4"))
    assert (await client.get(proxied("media", await only(house), FILM))).status == 404


async def portrait(client: Client, kind: str, account_id: int, url: str) -> Answer:
    return await client.get(proxied(kind, account_id, url))


async def test_portraits_are_fetched_and_who_has_none_gets_ours(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    face, banner = "https://there.example/face.png", "https://there.example/banner.png"
    shows(elsewhere, face, PNG)
    carol = await make.remote("carol@there.example", avatar_remote_url=face, header_remote_url=banner)
    assert (await portrait(client, "avatar-small", carol, face)).headers["location"].startswith("/media/")
    assert "/static/missing-header" in (await portrait(client, "header", carol, banner)).headers["location"]
    async with house.db.write() as conn:
        await conn.run(Query(update(accounts).where(accounts.c.id == carol).values(suspended_at=1)))
    assert "/static/missing-avatar" in (await portrait(client, "avatar", carol, face)).headers["location"]


async def test_an_emoji_larger_than_256_kib_is_not_kept(
    house: House, client: Client, elsewhere: Elsewhere
) -> None:
    small, large = "https://there.example/small.png", "https://there.example/large.png"
    shows(elsewhere, small, PNG)
    noise = PNG + bytes(emojis.MAX_BYTES)
    shows(elsewhere, large, noise)
    async with house.db.write() as conn:
        await emojis.put_remote(
            conn, "there.example", [ForeignEmoji("small", small), ForeignEmoji("large", large)]
        )
        rows = await conn.all(Query(select(custom_emojis.c.id, custom_emojis.c.remote_url)))
    found = {row.remote_url: await client.get(proxied("emoji", row.id, row.remote_url)) for row in rows}
    assert found[small].status == 302
    assert found[large].status == 404


@pytest.mark.parametrize("domain", ["there.example", "files.there.example"])
async def test_where_files_are_not_taken_nothing_is_fetched_nor_shown(
    house: House, make: Make, client: Client, elsewhere: Elsewhere, domain: str
) -> None:
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    block = {
        "id": ids.new_id(),
        "domain": domain,
        "severity": "noop",
        "reject_media": True,
        "created_at": 1,
    }
    async with house.db.write() as conn:
        await conn.run(Query(insert(domain_blocks).values(block)))
    assert (await client.get(proxied("media", await only(house), PICTURE))).status == 404
    assert elsewhere.fetched == []


async def test_copies_from_where_files_are_no_longer_taken_are_forgotten(
    assembled: Assembled, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    house = assembled.house
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    assert (await client.get(path)).status == 302
    async with house.db.write() as conn:
        decision = Decision(domain="example", severity="noop", reject_media=True)
        await decisions.decide(conn, house.settings, decision)
    assert (await client.get(path)).status == 404
    await assembled.worker.drain()
    async with house.db.read() as conn:
        assert [row.key for row in await conn.all(_keys)] == [None]
    async with house.db.write() as conn:
        await decisions.undo(conn, "example")
    assert (await client.get(path)).status == 302


async def test_apps_and_pages_are_given_addresses_with_us(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    shows(elsewhere, PICTURE, PNG)
    status_id = await post_of_carol(make)
    media_id = await only(house)
    for _ in range(2):  # before and after it was fetched
        status = (await client.get(f"/api/v1/statuses/{status_id}")).ok()
        [file] = status["media_attachments"]
        assert file["url"] == house.addresses.proxied("media", media_id, PICTURE)
        assert file["preview_url"] == house.addresses.proxied("media-small", media_id, PICTURE)
        assert file["remote_url"] == PICTURE
        page = await Browser(house).open(f"/@carol@there.example/{status_id}")
        assert 'src="https://' not in page.answer.text
        assert 'src="/proxy/media-small/' in page.answer.text or 'src="/media/' in page.answer.text
        await client.get(proxied("media", media_id, PICTURE))


async def test_portraits_and_emoji_have_addresses_with_us_for_apps(
    house: House, make: Make, client: Client
) -> None:
    face, cat = "https://there.example/face.png", "https://there.example/cat.png"
    carol = await make.remote("carol@there.example", avatar_remote_url=face, display_name="C :cat:")
    async with house.db.write() as conn:
        await emojis.put_remote(conn, "there.example", [ForeignEmoji("cat", cat)])
    account = (await client.get(f"/api/v1/accounts/{carol}")).ok()
    assert account["avatar"] == house.addresses.proxied("avatar", carol, face)
    assert account["avatar_static"] == house.addresses.proxied("avatar-small", carol, face)
    assert account["header"].endswith("/static/missing-header.png")
    [emoji] = account["emojis"]
    assert emoji["url"].startswith(f"{house.addresses.base}/proxy/emoji/")
    assert (await client.get(emoji["url"].removeprefix(house.addresses.base))).status == 404


async def test_what_is_neither_picture_nor_film_is_a_link(house: House, make: Make, client: Client) -> None:
    address = "https://there.example/paper.pdf"
    status_id = await post_of_carol(make, RemoteMedia(url=address, mime="application/pdf"))
    [file] = (await client.get(f"/api/v1/statuses/{status_id}")).ok()["media_attachments"]
    assert (file["type"], file["url"], file["preview_url"]) == ("unknown", address, None)
    page = await Browser(house).open(f"/@carol@there.example/{status_id}")
    assert page.leads_to(address)


async def test_old_copies_are_forgotten_and_fetched_anew(
    assembled: Assembled, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    house = assembled.house
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    location = (await client.get(path)).headers["location"]
    assert await foreign.prune(house.db, house.storage, 14) == 0
    async with house.db.read() as conn:
        [row] = await conn.all(_keys)
    old = time.time() - 15 * 24 * 3600
    for key in {row.key, row.preview_key}:
        os.utime(lies(house, key), (old, old))
    assert await foreign.prune(house.db, house.storage, 14) == 1
    await assembled.worker.drain()
    assert (await client.get(location)).status == 404
    assert (await client.get(path)).status == 302
    assert (await client.get(location)).status == 200


async def test_copies_are_looked_through_once_a_day(
    assembled: Assembled, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    house = assembled.house
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    await client.get(proxied("media", await only(house), PICTURE))
    async with house.db.read() as conn:
        [row] = await conn.all(_keys)
    old = time.time() - 15 * 24 * 3600
    os.utime(lies(house, row.key), (old, old))
    await assembled.worker.drain_once(at=ids.now_ms() + 25 * 3600 * 1000)
    async with house.db.read() as conn:
        [row] = await conn.all(_keys)
    assert row.key is None


class TestLimits:
    """With limits switched on."""

    @pytest.fixture
    def settings_given(self) -> dict[str, str]:
        return {"STOA_RATE_LIMITS": "on"}

    async def test_one_place_has_us_fetch_so_much_and_no_more(
        self,
        house: House,
        make: Make,
        client: Client,
        elsewhere: Elsewhere,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        from stoa.core.auth.throttle import throttles

        monkeypatch.setattr(throttles(house.db).files_of_place, "times", 1)
        urls = [f"https://files.there.example/{number}.png" for number in range(2)]
        for url in urls:
            shows(elsewhere, url, PNG)
        await post_of_carol(make, *(RemoteMedia(url=url, kind="image", mime="image/png") for url in urls))
        async with house.db.read() as conn:
            numbers = await conn.scalars(_media)
        paths = [proxied("media", number, url) for number, url in zip(numbers, urls, strict=True)]
        assert [(await client.get(path)).status for path in paths] == [302, 429]
        # What is here already costs nothing.
        assert (await client.get(paths[0])).status == 302
        assert elsewhere.fetched == urls[:1]
