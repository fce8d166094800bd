"""The desk: what one writes is kept, seen beforehand, and never lost."""

from __future__ import annotations

import re

import pytest

from stoa import ids
from stoa.core.drafts import store
from stoa.core.drafts.model import Words
from stoa.core.house import House
from stoa.core.statuses import replies, schedule
from stoa.db.paging import Page as Part
from tests.client import Answer
from tests.make import Make
from tests.web.browsing import Browser, Button, afresh, browser_of, sound
from tests.web.pages.test_write import photograph, stored


async def ask(browser: Browser, button: Button, path: str, **filled: str) -> Answer:
    """What the script of the form would be told."""
    fields = [(name, value) for name, value in button.form.fields if name not in filled]
    return await browser.client.post(path, form=[*fields, *filled.items()])


async def test_a_draft_is_kept_without_a_script_and_gone_when_published(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    page = await browser.go(
        form.button("Keep"),
        text="Half a thought",
        title="On halves",
        repliers="nobody",
        quote_policy="nobody",
    )
    fields = dict(page.button("Publish").form.fields)
    assert (fields["text"], fields["title"]) == ("Half a thought", "On halves")
    assert (fields["repliers"], fields["quote_policy"], fields["version"]) == ("nobody", "nobody", "1")
    assert "On halves" in (await browser.open("/drafts")).text
    page = await browser.go(page.button("Publish"), text="A whole thought")
    status = await stored(house, page)
    assert (status.text, status.quote_policy) == ("A whole thought", "nobody")
    async with house.db.read() as conn:
        assert (await replies.terms(conn, status.id)).who == "nobody"
    assert "Nothing is half written" in (await browser.open("/drafts")).text


async def test_a_draft_is_kept_while_one_types(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    form = (await browser.open("/write")).button("Publish")
    assert (await ask(browser, form, "/write/save", text=" ")).json == {"version": 0, "said": ""}
    first = await ask(browser, form, "/write/save", text="One")
    assert first.json["version"] == 1
    second = await ask(browser, form, "/write/save", text="Two", version="1")
    assert second.json["version"] == 2
    assert second.json["draft"] == first.json["draft"]
    page = await browser.open(first.json["draft"])
    assert dict(page.button("Publish").form.fields)["text"] == "Two"
    other = await browser_of(house, await make.account("bob"))
    assert (await other.ask(first.json["draft"])).status == 404
    assert (await other.ask(f"{first.json['draft']}/revisions")).status == 404


async def test_what_two_windows_say_is_both_kept(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    form = (await browser.open("/write")).button("Keep")
    await ask(browser, form, "/write/save", text="Both")
    await ask(browser, form, "/write/save", text="There <b>", version="1")
    late = await ask(browser, form, "/write/save", text="Here", version="1")
    assert late.status == 409
    assert (late.json["text"], late.json["version"]) == ("There <b>", 2)
    answer = await browser.press(form, text="Here", version="1")
    assert answer.status == 409
    page = sound(answer)
    assert "There <b>" in page.text
    fields = dict(page.button("Publish").form.fields)
    assert (fields["text"], fields["version"]) == ("Here", "2")
    page = await browser.go(page.button("Go on with what is here"))
    assert dict(page.button("Publish").form.fields)["text"] == "Here"
    page = await browser.open(late.json["draft"] + "/revisions")
    assert "There <b>" in page.text
    back = next(one for one in page.buttons if "Go back to this" in one.text)
    page = await browser.go(back)
    assert dict(page.button("Publish").form.fields)["text"] == "There <b>"


async def test_what_is_published_is_not_kept_again(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = (await browser.open("/write")).button("Publish")
    await browser.press(form, text="Out")
    late = await ask(browser, form, "/write/save", text="Out")
    assert late.status == 410
    assert "Nothing is half written" in (await browser.open("/drafts")).text


async def test_a_draft_of_an_edit_is_gone_on_with(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Frist", content_type="text/markdown")
    browser = await browser_of(house, alice)
    form = await browser.open(f"/posts/{status_id}/edit")
    await ask(browser, form.button("Save"), "/write/save", text="First, at l")
    form = await browser.open(f"/posts/{status_id}/edit")
    assert dict(form.button("Save").form.fields)["text"] == "First, at l"
    page = await browser.go(form.button("Save"), text="First, at last")
    assert (await stored(house, page)).text == "First, at last"
    assert "Nothing is half written" in (await browser.open("/drafts")).text
    form = await browser.open(f"/posts/{status_id}/edit")
    assert dict(form.button("Save").form.fields)["text"] == "First, at last"


async def test_a_draft_is_removed(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    await browser.go((await browser.open("/write")).button("Keep"), text="Away with it")
    remove = next(one for one in (await browser.open("/drafts")).buttons if "Remove" in one.text)
    assert "Nothing is half written" in (await browser.go(remove)).text
    assert (await browser.press(remove)).status == 404


async def test_nothing_is_kept_of_nothing(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    answer = await browser.press((await browser.open("/write")).button("Keep"), text=" ")
    assert answer.status == 422
    assert "nothing to keep" in answer.text


async def test_a_post_is_scheduled_on_the_form(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    form = (await browser.open("/write")).button("Publish")
    for odd in ("tomorrow", "0001-01-01T00:00", "9999-12-31T23:59"):
        answer = await browser.press(form, text="Later", at=odd)
        assert answer.status == 422
        assert "Later" in answer.text
    at = ids.iso(ids.now_ms() + 3_600_000)[:16]
    answer = await browser.press(form, text="Later", at=at, repliers="followers")
    assert answer.headers["location"].startswith("/settings/scheduled#s")
    assert (await browser.press(form, text="Later", at=at)).headers["location"] == answer.headers[
        "location"
    ]
    async with house.db.read() as conn:
        waiting = await schedule.list_page(conn, alice.id, Part(limit=5))
    assert [(one.draft.text, one.draft.repliers) for one in waiting] == [("Later", "followers")]


async def test_pictures_are_put_in_order_and_have_a_point(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open("/write")
    for name in ("one", "two"):
        answer = await browser.press(
            page.button("Attach"), files={"picture": photograph()}, picture_words=name, text="Look"
        )
        page = sound(answer)
    later = next(one for one in page.buttons if one.value == "later 0")
    page = sound(await browser.press(later))
    page = await browser.go(page.button("Publish"), also={"pictures[0][focus]": "0.25,-0.5"})
    status = await stored(house, page)
    assert [one.description for one in status.media] == ["two", "one"]
    assert (status.media[0].focus_x, status.media[0].focus_y) == (0.25, -0.5)
    form = await browser.open(f"/posts/{status.id}/edit")
    assert dict(form.button("Save").form.fields)["pictures[0][focus]"] == "0.25,-0.5"


@pytest.mark.parametrize("focus", ["nan,nan", "2,0", "x", "1", "inf,0", "0,0,0"])
async def test_a_point_outside_the_picture_is_none(house: House, make: Make, focus: str) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    answer = await browser.press(form.button("Attach"), files={"picture": photograph()}, text="Look")
    page = sound(answer)
    page = await browser.go(page.button("Publish"), also={"pictures[0][focus]": focus})
    assert (await stored(house, page)).media[0].focus_x is None


async def test_a_file_is_taken_in_by_itself(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = (await browser.open("/write")).button("Publish")
    token = dict(form.form.fields)["form_token"]
    answer = await browser.client.post(
        "/write/picture",
        form=[("form_token", token), ("picture_words", "Hills <b>")],
        files={"picture": photograph()},
    )
    assert answer.status == 200
    media_id = re.search(r'data-file="(\d+)"', answer.text)
    assert media_id
    assert "Hills &lt;b&gt;" in answer.text
    page = await browser.go(
        form, text="Look", also={"pictures[0][id]": media_id[1], "pictures[0][words]": "Hills"}
    )
    assert [one.description for one in (await stored(house, page)).media] == ["Hills"]
    odd = {"picture": ("a.png", b"<svg onload=alert(1)>" * 20, "image/png")}
    answer = await browser.client.post("/write/picture", form=[("form_token", token)], files=odd)
    assert answer.status == 422
    assert answer.json["said"]
    assert (await browser.client.post("/write/picture", form=[("form_token", token)])).status == 422


@pytest.mark.parametrize("path", ["/write/save", "/write/preview", "/write/picture", "/drafts/1/remove"])
async def test_other_sites_and_visitors_send_nothing(house: House, make: Make, path: str) -> None:
    browser = await browser_of(house, await make.account("alice"))
    assert (await browser.client.post(path, form=[("text", "x")])).status == 403
    assert (await Browser(house).client.post(path, form=[("text", "x")])).status == 401


async def test_the_preview_is_made_beside_the_form(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = (await browser.open("/write")).button("Publish")
    long = "# One\n\nText \\(x^2\\)\n\n## Two\n\nMore\n\n## Three\n\n## Four\n\n<script>alert(1)</script>"
    answer = await ask(browser, form, "/write/preview", text=long)
    assert answer.status == 200
    assert "<math" in answer.text
    assert "<script>" not in answer.text
    assert "Outline" in answer.text
    assert "words" in answer.text
    assert "<html" not in answer.text
    empty = await ask(browser, form, "/write/preview", text="")
    assert "appears here" in empty.text
    refused = await ask(browser, form, "/write/preview", text="word " * 20_000)
    assert refused.status == 200
    assert "character limit" in refused.text


async def test_one_is_shown_how_it_looks_elsewhere(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    answer = await browser.press(
        form.button("Elsewhere"), title="Halves", text="<b>x</b> " + "word " * 3_000
    )
    page = sound(answer)
    for said in ("Mastodon shows that, how it begins", "Misskey cuts here", "A reader of feeds"):
        assert said in page.text
    fields = dict(page.button("Publish").form.fields)
    assert fields["title"] == "Halves"
    # A note with all there is, asked for by the script.
    answer = await browser.press(form.button("Attach"), files={"picture": photograph()}, text="x")
    everything = "# Head\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1] \\(x\\)\n\n[^1]: Foot"
    answer = await ask(
        browser,
        sound(answer).button("Publish"),
        "/write/preview",
        text=everything,
        do="elsewhere",
    )
    assert answer.status == 200
    assert "tables lose their lines" in answer.text
    assert "[a picture]" in answer.text


async def test_names_are_offered(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice <b>")
    await make.status(alice, "On #maths and #music")
    browser = await browser_of(house, alice)
    people = (await browser.ask("/write/complete?q=%40ali")).json
    assert [(one["text"], one["name"]) for one in people] == [("@alice", "Alice <b>")]
    tags = (await browser.ask("/write/complete?q=%23mat")).json
    assert [one["text"] for one in tags] == ["#maths"]
    for odd in ("", "%40", "x", "%3Azzz", "%23%20", "%40" + "a" * 2_000):
        assert (await browser.ask(f"/write/complete?q={odd}")).json == []
    assert (await browser.ask("/write/complete?q=%40%00%23")).status in (200, 400)
    assert (await Browser(house).ask("/write/complete?q=%40ali")).status in (302, 303, 401)


async def test_drafts_take_as_many_queries_for_one_as_for_many(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    counts = []
    for number in range(12):
        async with house.db.write() as conn:
            await store.save(conn, alice.id, f"k{number}", Words(text="Words"), version=0)
        if number in (0, 11):
            await browser.open("/drafts")
            before = afresh(house)
            await browser.open("/drafts")
            counts.append(house.db.statements - before)
    assert counts[0] == counts[1]
