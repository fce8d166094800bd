"""One's own profile, changed by a form."""

from __future__ import annotations

from stoa.core.house import House
from tests.make import Make
from tests.web.browsing import Browser, browser_of, sound
from tests.web.pages.test_write import photograph


async def test_a_profile_says_what_was_typed(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice", indexable=True))
    form = await browser.open("/settings/profile")
    page = await browser.go(
        form.button("Save"),
        display_name="Alice <3",
        note="Reads footnotes.\r\n\r\nWrites <b>long</b>.",
        locked="1",
        also={"fields[0][name]": "Site", "fields[0][value]": "https://alice.example"},
    )
    assert "Alice <3" in page.text
    assert "Writes <b>long</b>." in page.text
    assert page.leads_to("https://alice.example")
    assert "Approves followers" in page.text
    form = await browser.open("/settings/profile")
    fields = dict(form.button("Save").form.fields)
    assert fields["note"] == "Reads footnotes.\n\nWrites <b>long</b>."
    assert (fields.get("locked"), fields.get("indexable")) == ("1", "1")
    page = await browser.go(form.button("Save"), without="locked")
    assert "Approves followers" not in page.text


async def test_a_picture_is_taken_and_taken_away(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/settings/profile")
    answer = await browser.press(
        form.button("Save"), files={"avatar": photograph(), "header": photograph("red")},
        avatar_description="A teal square",
    )  # fmt: skip
    assert answer.status == 303
    page = await Browser(house).open("/@alice")
    assert 'alt="A teal square"' in page.answer.text
    form = await browser.open("/settings/profile")
    await browser.press(form.button("Save"), remove_avatar="1", remove_header="1")
    assert "/media/" not in (await Browser(house).open("/@alice")).answer.text


async def test_what_does_not_fit_comes_back_as_typed(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/settings/profile")
    answer = await browser.press(form.button("Save"), display_name="x" * 500, note="kept")
    assert answer.status == 422
    page = sound(answer)
    assert "is too long" in page.text
    assert dict(page.button("Save").form.fields)["note"] == "kept"
    file = ("a.png", b"no picture" * 20, "image/png")
    answer = await browser.press(form.button("Save"), files={"avatar": file}, note="kept")
    assert answer.status == 422
    assert "kept" in answer.text
