"""Changing a profile: limits, links, and telling others only when something changed."""

from __future__ import annotations

import pytest

from stoa.core import events
from stoa.core.accounts import profile, store, views
from stoa.core.accounts.model import AccountView
from stoa.core.accounts.profile import Change, FieldChange, Picture
from stoa.core.errors import Invalid
from stoa.core.house import House
from tests.make import Make


async def update(house: House, account_id: int, change: Change) -> tuple[AccountView, list[object]]:
    async with house.db.write() as conn:
        await profile.update(conn, account_id, change, house.settings, house.addresses)
        return await views.get(conn, account_id), list(conn.events)


async def test_a_change_is_seen_and_said_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    change = Change(display_name="  Alice\tA. ", note="Hello\n\nworld", bot=True, locked=True)
    after, said = await update(house, alice.id, change)
    assert (after.display_name, after.actor_type, after.locked) == ("Alice A.", "Service", True)
    assert after.note_html == "<p>Hello</p><p>world</p>"
    assert said == [events.AccountUpdated(alice.id)]
    again, said = await update(house, alice.id, change)
    assert said == []
    assert again.version == after.version


async def test_what_is_not_named_stays(house: House, make: Make) -> None:
    alice = await make.account("alice", locked=True, note="kept", discoverable=True)
    after, _ = await update(house, alice.id, Change(display_name="A"))
    assert (after.locked, after.note, after.discoverable) == (True, "kept", True)


async def test_a_note_links_whom_and_what_it_names_and_nothing_else(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await make.account("bob")
    await make.remote("carl@there.example")
    note = "with @bob, @carl@there.example and @nobody #Stoa <script>alert(1)</script>"
    after, _ = await update(house, alice.id, Change(note=note))
    assert f'href="{house.addresses.profile("bob")}"' in after.note_html
    assert 'href="https://there.example/@carl"' in after.note_html
    assert "@nobody" in after.note_html
    assert house.addresses.tag("Stoa") in after.note_html
    assert "<script" not in after.note_html


async def test_a_link_in_a_field_claims_the_page(house: House, make: Make) -> None:
    alice = await make.account("alice")
    fields = [
        FieldChange("Site", "https://alice.example"),
        FieldChange("", ""),
        FieldChange(" Pronouns ", "she"),
    ]
    after, _ = await update(house, alice.id, Change(fields=fields))
    assert [field.name for field in after.fields] == ["Site", "Pronouns"]
    assert 'rel="me nofollow noopener' in after.fields[0].html
    assert after.fields[1].html == "she"


async def test_a_verified_field_stays_so_until_it_is_changed(house: House, make: Make) -> None:
    alice = await make.account("alice")
    proven = {"name": "Site", "value": "https://a.example", "html": "x", "verified_at": 5}
    async with house.db.write() as conn:
        await store.change(conn, alice.id, fields=[proven])
    kept, _ = await update(house, alice.id, Change(fields=[FieldChange("Site", "https://a.example")]))
    assert kept.fields[0].verified_at == 5
    lost, _ = await update(house, alice.id, Change(fields=[FieldChange("Site", "https://b.example")]))
    assert lost.fields[0].verified_at is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (Change(display_name="x" * 31), "display_name"),
        (Change(note="x" * 501), "note"),
        (Change(note="a" + "\u0301" * 20_000), "note"),
        (Change(avatar_description="x" * 1501), "avatar_description"),
        (Change(fields=[FieldChange("a", "b")] * 5), "fields"),
        (Change(fields=[FieldChange("x" * 256, "b")]), "fields"),
        (Change(fields=[FieldChange("a", "x" * 256)]), "fields"),
        (Change(fields=[FieldChange(" ", "b")]), "fields"),
        (Change(attribution_domains=[f"d{n}.example" for n in range(11)]), "attribution_domains"),
        (Change(attribution_domains=["no domain"]), "attribution_domains"),
    ],
)
async def test_what_is_too_much_is_refused_and_nothing_is_changed(
    house: House, make: Make, change: Change, field: str
) -> None:
    alice = await make.account("alice")
    with pytest.raises(Invalid) as refused:
        await update(house, alice.id, change)
    assert list(refused.value.details) == [field]


async def test_length_is_counted_as_people_count(house: House, make: Make) -> None:
    alice = await make.account("alice")
    family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}\u200d\N{BOY}"
    after, _ = await update(house, alice.id, Change(display_name=family * 30))
    assert after.display_name == family * 30


async def test_domains_are_kept_as_domains(house: House, make: Make) -> None:
    alice = await make.account("alice")
    typed = ["https://News.example/", "*.press.example", "news.example", ""]
    after, _ = await update(house, alice.id, Change(attribution_domains=typed))
    assert after.attribution_domains == ("news.example", "press.example")


async def test_removing_a_picture_removes_its_description(house: House, make: Make) -> None:
    alice = await make.account("alice", avatar_key="k", avatar_static_key="s", avatar_description="me")
    after, _ = await update(house, alice.id, Change(avatar=Picture(None, None)))
    assert (after.avatar_key, after.avatar_static_key, after.avatar_description) == (None, None, "")
