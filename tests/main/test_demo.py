"""The demonstration village: built once, in an empty house only."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from stoa.main.demo import populate, village
from tests.client import Client
from tests.make import Make


async def test_the_village_is_built_once(
    client: Client, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await populate(house)
    said = capsys.readouterr().out
    password = said.strip().rsplit(" ", 1)[-1]
    app = (
        await client.post(
            "/api/v1/apps", form={"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
        )
    ).ok()
    asked = {
        "grant_type": "password", "username": "alice@village.example", "password": password,
        "client_id": app["client_id"], "client_secret": app["client_secret"], "scope": "read",
    }  # fmt: skip
    token = (await client.post("/oauth/token", form=asked)).ok()["access_token"]
    home = (await client.get("/api/v1/timelines/home", token=token, query={"limit": "40"})).ok()
    assert len(home) > 20
    public = (await client.get("/api/v1/timelines/public", query={"limit": "40"})).ok()
    assert any("<math" in status["content"] for status in public)
    assert any(
        status["media_attachments"] and status["media_attachments"][0]["description"] for status in public
    )
    assert {"ar", "ja", "uk", "de", "en"} <= {status["language"] for status in public}
    [poll] = [status["poll"] for status in public if status["poll"]]
    assert poll["votes_count"] == len(village.VOTES)

    await populate(house)
    assert "no effect" in capsys.readouterr().out
    assert (await client.get("/api/v1/timelines/public", query={"limit": "40"})).ok() == public


async def test_nothing_is_built_where_somebody_lives(
    client: Client, house: House, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    await make.account("first")
    await populate(house)
    assert "no effect" in capsys.readouterr().out
    assert (await client.get("/api/v1/timelines/public")).ok() == []
