"""POST /api/v1/statuses."""

from __future__ import annotations

from tests.client import Client
from tests.make import Make


async def test_a_post_is_shown_as_it_was_written(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = (
        await client.post(
            "/api/v1/statuses",
            token=alice.token,
            json={"status": "# Hello\n\n*you* and @alice, see #Test", "content_type": "text/markdown"},
        )
    ).ok()
    assert "<h1" in made["content"]
    assert made["url"] == f"http://localhost:8000/@alice/{made['id']}"
    assert made["tags"] == [{"name": "Test", "url": "http://localhost:8000/tags/Test"}]
    assert (await client.get(f"/api/v1/statuses/{made['id']}")).ok()["content"] == made["content"]
