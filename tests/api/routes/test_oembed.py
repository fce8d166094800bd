"""A post in somebody else's page."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from stoa.core.house import House
from tests.client import Client
from tests.make import Make

OEMBED = "/api/oembed?url="


async def test_a_public_post_says_how_to_embed_it(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice", display_name="Alice <script>")
    made = await make.status(alice, "Good morning", title="Dawn")
    address = house.addresses.status("alice", made)
    page = (await client.get(f"/@alice/{made}")).text
    assert f"{house.addresses.base}{OEMBED}{quote(address, safe='/')}" in page
    said = (await client.get(f"{OEMBED}{quote(address)}&maxwidth=300&maxheight=99999")).ok()
    assert (said["type"], said["title"], said["author_name"]) == ("rich", "Dawn", "Alice <script>")
    assert (said["width"], said["height"]) == (300, 4_000)
    assert f'src="{address}/embed"' in said["html"]
    assert "<script>" not in said["html"]


async def test_the_embedded_page_may_be_framed_and_holds_the_post(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = await make.status(alice, "Good morning")
    answer = await client.get(f"/@alice/{made}/embed")
    assert answer.status == 200
    assert "Good morning" in answer.text
    assert "<form" not in answer.text
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert (
        "frame-ancestors 'none'" in (await client.get(f"/@alice/{made}")).headers["content-security-policy"]
    )


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_everybody_is_embedded_nowhere(
    client: Client, make: Make, house: House, visibility: str
) -> None:
    alice = await make.account("alice")
    made = await make.status(alice, "Psst", visibility=visibility)
    address = house.addresses.status("alice", made)
    assert (await client.get(f"{OEMBED}{quote(address)}")).status == 404
    assert (await client.get(f"/@alice/{made}/embed")).status == 404


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "https://evil.example/@alice/1", "{base}/about", "{base}/@alice", "{base}/@alice/x/embed",
        "{base}.evil.example/@alice/1", "{base}@evil.example/@alice/1",
    ],
)  # fmt: skip
async def test_what_is_no_post_of_this_house_is_404(client: Client, house: House, url: str) -> None:
    wanted = quote(url.format(base=house.addresses.base), safe="")
    assert (await client.get(f"{OEMBED}{wanted}")).status == 404


async def test_posts_of_others_are_embedded_where_they_live(client: Client, make: Make) -> None:
    carol = await make.remote("carol@there.example")
    made = await make.status(carol, uri="https://there.example/1", content="<p>Hello.</p>")
    assert (await client.get(f"/@carol@there.example/{made}/embed")).status == 404
