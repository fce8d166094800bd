"""What a telephone asks before it puts this server among its apps."""

from __future__ import annotations

import pytest

from tests.client import Client

pytestmark = pytest.mark.anyio


async def test_the_server_can_be_put_among_the_apps_of_a_telephone(client: Client) -> None:
    page = await client.get("/", headers={"accept": "text/html"})
    assert 'rel="manifest" href="/manifest.webmanifest"' in page.text
    answer = await client.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json; charset=utf-8"
    said = answer.ok()
    assert (said["start_url"], said["display"], said["dir"]) == ("/", "standalone", "ltr")
    for icon in said["icons"]:
        file = await client.get(icon["src"])
        assert file.status == 200
        assert file.headers["content-type"].startswith(icon["type"])
    target = said["share_target"]
    shared = await client.get(
        target["action"], query={"title": "On porches", "url": "https://there.example/"}
    )
    assert "/sign-in" in shared.headers["location"], "and from there to the writing form"


async def test_it_speaks_the_language_of_the_browser(client: Client) -> None:
    said = (await client.get("/manifest.webmanifest", headers={"accept-language": "ar"})).ok()
    assert (said["lang"], said["dir"]) == ("ar", "rtl")
    assert said["shortcuts"][0] == {"name": "كتابة", "url": "/write"}
