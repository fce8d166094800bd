"""One's own account: every field, changed one by one, with pictures."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from stoa.core.accounts import verified, views
from stoa.core.house import House
from tests import contract
from tests.client import Answer, Client
from tests.make import Make, lies

ME = "/api/v1/accounts/verify_credentials"
UPDATE = "/api/v1/accounts/update_credentials"


def picture(colour: str = "teal", size: tuple[int, int] = (600, 500)) -> tuple[str, bytes, str]:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return ("me.png", out.getvalue(), "image/png")


def stored(house: House, url: str) -> bytes:
    assert url.startswith(f"{house.settings.base_url}/media/")
    return lies(house, url.removeprefix(f"{house.settings.base_url}/media/")).read_bytes()


async def test_the_whole_of_a_new_account(make: Make, client: Client) -> None:
    alice = await make.account("alice", role="moderator")
    own = (await client.get(ME, token=alice.token)).ok()
    assert own["id"] == str(alice.id)
    assert own["source"] == {
        "privacy": "public", "sensitive": False, "language": None, "note": "", "fields": [],
        "follow_requests_count": 0, "hide_collections": False, "discoverable": False, "indexable": False,
        "attribution_domains": [], "quote_policy": "public",
    }  # fmt: skip
    assert own["role"]["name"] == "Moderator"
    assert isinstance(own["role"]["permissions"], str)
    assert "email" not in own


async def test_each_scope_that_opens_it_and_others_that_do_not(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    for scopes, status in (
        ("profile", 200), ("read:accounts", 200), ("read", 200), ("read:statuses", 403), ("write", 403)
    ):  # fmt: skip
        assert (await client.get(ME, token=await make.token(alice, scopes))).status == status
    for scopes, status in (("write:accounts", 200), ("read", 403), ("write:media", 403)):
        token = await make.token(alice, scopes)
        assert (await client.patch(UPDATE, token=token, form={"locked": "0"})).status == status


async def test_everything_can_be_changed_by_a_form(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    form = [
        ("display_name", "Alice"), ("note", "Hello #world"), ("locked", "true"), ("bot", "1"),
        ("discoverable", "true"), ("indexable", "true"), ("hide_collections", "true"),
        ("fields_attributes[0][name]", "Site"), ("fields_attributes[0][value]", "https://a.example"),
        ("fields_attributes[1][name]", "City"), ("fields_attributes[1][value]", "Athens"),
        ("attribution_domains[]", "a.example"), ("source[privacy]", "unlisted"),
        ("source[sensitive]", "true"), ("source[language]", "el"), ("source[quote_policy]", "followers"),
    ]  # fmt: skip
    after = (await client.patch(UPDATE, token=alice.token, form=form)).ok()
    assert (after["display_name"], after["locked"], after["bot"]) == ("Alice", True, True)
    assert (after["discoverable"], after["indexable"], after["noindex"]) == (True, True, False)
    assert [field["name"] for field in after["fields"]] == ["Site", "City"]
    assert "<a href" in after["fields"][0]["value"]
    source = after["source"]
    assert source["fields"][0] == {"name": "Site", "value": "https://a.example", "verified_at": None}
    assert source["note"] == "Hello #world"
    assert (source["privacy"], source["sensitive"]) == ("unlisted", True)
    assert (source["language"], source["quote_policy"]) == ("el", "followers")
    assert source["attribution_domains"] == ["a.example"]
    assert (await client.get(ME, token=alice.token)).ok() == after
    preferences = (await client.get("/api/v1/preferences", token=alice.token)).ok()
    assert preferences["posting:default:visibility"] == "unlisted"
    assert preferences["posting:default:sensitive"] is True
    assert preferences["posting:default:language"] == "el"
    assert preferences["reading:expand:media"] == "default"
    assert preferences["reading:expand:spoilers"] is False


async def test_json_says_the_same_and_empties_what_it_names(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    body: dict[str, Any] = {
        "display_name": "A", "fields_attributes": [{"name": "a", "value": "b"}],
        "source": {"language": "de"},
    }  # fmt: skip
    (await client.patch(UPDATE, token=alice.token, json=body)).ok()
    body = {"display_name": "", "fields_attributes": [], "source": {"language": ""}}
    after = (await client.patch(UPDATE, token=alice.token, json=body)).ok()
    assert after["display_name"] == ""
    assert after["fields"] == []
    assert after["source"]["language"] is None


async def test_a_locked_account_posts_to_its_followers_unless_told(make: Make, client: Client) -> None:
    alice = await make.account("alice", locked=True)
    assert (await client.get(ME, token=alice.token)).ok()["source"]["privacy"] == "private"


async def test_avatar_and_header_come_as_files_and_go_again(
    house: House, make: Make, client: Client
) -> None:
    alice = await make.account("alice")
    before = (await client.get(ME, token=alice.token)).ok()
    files = {"avatar": picture(), "header": picture("maroon", (1600, 900))}
    after = (
        await client.patch(UPDATE, token=alice.token, form={"display_name": "A", "locked": ""}, files=files)
    ).ok()
    assert after["display_name"] == "A"
    for name, size in (("avatar", (400, 400)), ("header", (1500, 500))):
        assert after[name] == after[f"{name}_static"]
        with Image.open(io.BytesIO(stored(house, after[name]))) as image:
            assert image.size == size
    own = (await client.get("/api/v1/profile", token=alice.token)).ok()
    assert own["avatar"] == after["avatar"]
    for name in ("avatar", "header"):
        gone = (await client.delete(f"/api/v1/profile/{name}", token=alice.token)).ok()
        assert gone[name] == before[name]
    own = (await client.get("/api/v1/profile", token=alice.token)).ok()
    assert own["avatar"] is own["header_static"] is None


async def test_an_empty_file_field_changes_nothing(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    form = {"avatar": "", "display_name": "A"}
    after = (await client.patch(UPDATE, token=alice.token, form=form, files={})).ok()
    assert after["avatar"].endswith("/missing-avatar.png")
    assert after["display_name"] == "A"


async def test_the_profile_has_all_its_fields_and_takes_them(
    make: Make, client: Client, house: House
) -> None:
    alice = await make.account("alice")
    change: dict[str, Any] = {
        "display_name": "Alice", "note": "*Hello*", "locked": True, "bot": True, "discoverable": True,
        "hide_collections": True, "indexable": True, "show_media": False, "show_media_replies": False,
        "show_featured": False, "attribution_domains": ["paper.example"],
        "fields_attributes": [{"name": "Site", "value": "https://alice.example/"}],
    }  # fmt: skip
    await client.patch("/api/v1/profile", token=alice.token, json=change)
    async with house.db.write() as conn:
        (field,) = (await views.get(conn, alice.id)).fields
        await verified.mark(conn, alice.id, {field.html}, 1_795_000_000_000)
    own = (await client.get("/api/v1/profile", token=alice.token)).ok()
    assert contract.problems(own, "Profile") == []
    fields = change.pop("fields_attributes")
    assert {name: own[name] for name in change} == change
    assert own["fields"][0] | {"verified_at": None} == {**fields[0], "verified_at": None}
    assert own["fields"][0]["verified_at"].startswith("2026-")
    assert set(own) == {path.partition("[")[0] for path in contract.entities()["Profile"]}
    too_many = {"attribution_domains": [f"n{n}.example" for n in range(11)]}
    assert (await client.patch("/api/v1/profile", token=alice.token, json=too_many)).status == 422
    # Anybody else reads the same of them.
    seen = (await client.get(f"/api/v1/accounts/{alice.id}")).ok()
    assert contract.problems(seen, "Account") == []
    assert [seen[name] for name in ("show_media", "show_media_replies", "show_featured")] == [False] * 3


async def test_the_profile_takes_descriptions_and_switches(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    form = {"avatar_description": "A woman", "show_media": "false", "note": "*Hello*"}
    after = (
        await client.patch("/api/v1/profile", token=alice.token, form=form, files={"avatar": picture()})
    ).ok()
    assert (after["avatar_description"], after["show_media"]) == ("A woman", False)
    assert after["note"] == "*Hello*"
    assert after["id"] == str(alice.id)


@pytest.mark.parametrize(
    "form",
    [
        {"display_name": "x" * 31}, {"note": "x" * 501}, {"locked": "perhaps"},
        {"source[privacy]": "nobody"}, {"source[language]": "Klingon!"}, {"source": "x"},
        {"fields_attributes": "x"}, {"avatar": "data:image/png;base64,AAAA"},
        [(f"fields_attributes[{n}][name]", "x") for n in range(5)], {"note": "x" * 500_000},
        {"attribution_domains[]": "not a domain"},
    ],
)  # fmt: skip
async def test_what_does_not_fit_changes_nothing(make: Make, client: Client, form: Any) -> None:
    alice = await make.account("alice")
    before = (await client.get(ME, token=alice.token)).ok()
    pairs = [*(form.items() if isinstance(form, dict) else form), ("bot", "true")]
    assert (await client.patch(UPDATE, token=alice.token, form=pairs)).status == 422
    assert (await client.get(ME, token=alice.token)).ok() == before


async def refused_picture(client: Client, token: str, content: bytes) -> Answer:
    files = {"avatar": ("me.png", content, "image/png")}
    return await client.patch(UPDATE, token=token, form={"bot": "true"}, files=files)


async def test_what_is_no_picture_is_refused_in_words(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    for content in (b"<svg onload=alert(1)>", picture()[1][:100]):
        answer = await refused_picture(client, alice.token, content)
        assert answer.status == 422
        assert "picture" in answer.json["error"]
    assert (await client.get(ME, token=alice.token)).ok()["bot"] is False


async def test_reading_oneself_takes_four_queries_at_most(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    await client.get(ME, token=alice.token)
    before = house.db.statements
    await client.get(ME, token=alice.token)
    assert house.db.statements - before <= 4
