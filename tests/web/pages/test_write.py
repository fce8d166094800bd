"""Writing: what is shown before is what is shown after, and nothing typed is lost."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from stoa.core.house import House
from stoa.core.media import sandbox
from stoa.core.statuses import views
from stoa.core.statuses.model import StatusView
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.core.media import reels
from tests.make import Make
from tests.web.browsing import Browser, Page, browser_of, sound

MARKDOWN = "## A thought\n\nOn \\(e^{i\\pi}\\) and *other* things. #maths\n"


def photograph(colour: str = "teal") -> tuple[str, bytes, str]:
    kept = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(kept, "PNG")
    return ("hills.png", kept.getvalue(), "image/png")


async def stored(house: House, page: Page) -> StatusView:
    """The status whose page *page* is."""
    found = re.search(r"/@\w+/(\d+)", page.link("canonical")[0])
    assert found
    async with house.db.read() as conn:
        return await views.get(conn, int(found[1]))


async def test_a_post_is_written_and_its_page_is_next(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    page = await browser.go(form.button("Publish"), text=MARKDOWN, language="en")
    assert "<math" in page.answer.text
    assert "<em>other</em>" in page.answer.text
    status = await stored(house, page)
    assert (status.visibility, status.language, status.content_type) == ("public", "en", "text/markdown")
    assert status.tags == ("maths",)


async def test_who_writes_at_length_is_told_who_gets_less(house: House, make: Make) -> None:
    """F13.2: Misskey cuts what is longer."""
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    for characters, told in ((8192, False), (8193, True)):
        answer = await browser.press(form.button("Preview"), text="x" * characters)
        assert ("Misskey" in answer.text) == told


async def test_a_preview_is_what_will_be_shown_and_stores_nothing(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    form = await browser.open("/write")
    answer = await browser.press(form.button("Preview"), text=MARKDOWN, warning="Sums", poll="Yes\nNo")
    assert answer.status == 200
    preview = sound(answer)
    section = answer.text.split('<section class="preview"')[1].split("</section>")[0]
    assert "<math" in section
    assert "<em>other</em>" in section
    assert "Sums" in section
    assert "Yes" in section
    assert MARKDOWN.strip() in answer.text.replace("&gt;", ">")
    assert "No posts yet." in (await browser.open("/@alice")).text
    page = await browser.go(preview.button("Publish"))
    assert (await stored(house, page)).spoiler_text == "Sums"


async def test_line_ends_are_those_that_were_typed(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    page = await browser.go(
        form.button("Publish"), text="one\r\ntwo\r\n\r\nthree", content_type="text/plain"
    )
    assert (await stored(house, page)).text == "one\ntwo\n\nthree"


async def test_what_cannot_be_published_comes_back_as_typed(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    long = "word " * 20_000
    answer = await browser.press(form.button("Publish"), text=long, title="A title", visibility="unlisted")
    assert answer.status == 422
    page = sound(answer)
    assert "character limit of 65535 exceeded" in page.text
    fields = dict(page.button("Publish").form.fields)
    assert (fields["text"], fields["title"], fields["visibility"]) == (long, "A title", "unlisted")
    assert (await browser.press(form.button("Publish"), text=" ")).status == 422


async def test_a_picture_goes_with_its_words(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    answer = await browser.press(
        form.button("Attach"), files={"picture": photograph()}, picture_words="Blue hills", text="Look:"
    )
    attached = sound(answer)
    assert "Blue hills" in answer.text
    answer = await browser.press(
        attached.button("Publish"), files={"picture": photograph("red")}, picture_words="Red hills"
    )
    assert answer.status == 303
    page = await browser.open(answer.headers["location"])
    status = await stored(house, page)
    assert [one.description for one in status.media] == ["Blue hills", "Red hills"]
    assert 'alt="Blue hills"' in page.answer.text
    picture = re.search(r'src="(/media/[^"]+)"', page.answer.text)
    assert picture
    assert (await Browser(house).ask(picture[1])).status == 200


async def test_what_is_no_picture_is_refused_and_the_text_kept(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    file = ("a.png", b"<svg onload=alert(1)>" * 20, "image/png")
    answer = await browser.press(form.button("Publish"), files={"picture": file}, text="Look at this")
    assert answer.status == 422
    assert "Look at this" in answer.text


async def test_pictures_of_others_cannot_be_attached(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    theirs = await browser_of(house, bob)
    answer = await theirs.press(
        (await theirs.open("/write")).button("Attach"), files={"picture": photograph()}, text="Mine"
    )
    fields = dict(sound(answer).button("Publish").form.fields)
    media_id = fields["pictures[0][id]"]
    browser = await browser_of(house, alice)
    form = await browser.open("/write")
    answer = await browser.press(form.button("Publish"), text="Stolen", also={"pictures[0][id]": media_id})
    assert answer.status == 422
    answer = await browser.press(form.button("Preview"), text="Stolen", also={"pictures[0][id]": media_id})
    assert "/media/" not in answer.text


async def test_pressed_twice_published_once(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    publish = (await browser.open("/write")).button("Publish")
    first = await browser.press(publish, text="Once")
    second = await browser.press(publish, text="Once")
    assert first.headers["location"] == second.headers["location"]


async def test_a_reply_begins_with_the_names_and_is_told_to_no_more_people(
    house: House, make: Make
) -> None:
    alice, bob, carl = await make.account("alice"), await make.account("bob"), await make.account("carl")
    status_id = await make.status(alice, "@bob @carl between us", visibility="direct", spoiler_text="Work")
    browser = await browser_of(house, bob)
    form = await browser.open(f"/posts/{status_id}/reply")
    assert "between us" in form.text
    fields = dict(form.button("Publish").form.fields)
    assert fields["text"] == "@alice @carl "
    assert (fields["visibility"], fields["warning"]) == ("direct", "Work")
    page = await browser.go(form.button("Publish"), text="@alice @carl agreed")
    status = await stored(house, page)
    assert (status.in_reply_to_id, status.visibility) == (status_id, "direct")
    assert {one.account_id for one in status.mentions} == {alice.id, carl.id}


async def test_what_one_may_not_see_one_cannot_answer(house: House, make: Make) -> None:
    secret = await make.status(await make.account("alice"), "Secret", visibility="direct")
    browser = await browser_of(house, await make.account("bob"))
    form = await browser.open("/write")
    answer = await browser.press(form.button("Publish"), text="I answer", in_reply_to=str(secret))
    assert answer.status == 404


async def test_an_edit_changes_what_it_says_and_not_who_reads_it(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Frist", visibility="private", content_type="text/markdown")
    browser = await browser_of(house, alice)
    form = await browser.open(f"/posts/{status_id}/edit")
    fields = dict(form.button("Save").form.fields)
    assert (fields["text"], fields["editing"]) == ("Frist", str(status_id))
    page = await browser.go(form.button("Save"), text="First", visibility="public")
    status = await stored(house, page)
    assert (status.text, status.visibility) == ("First", "private")
    assert "edited" in page.text
    other = await browser_of(house, bob)
    assert (await other.ask(f"/posts/{status_id}/edit")).status == 404
    theirs = (await other.open("/write")).button("Publish")
    assert (await other.press(theirs, text="Mine now", editing=str(status_id))).status == 404


async def test_an_edit_keeps_pictures_and_can_describe_them_better(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    answer = await browser.press(
        form.button("Publish"), files={"picture": photograph()}, picture_words="Hlils", text="Look"
    )
    status_id = answer.headers["location"].rpartition("/")[2]
    form = await browser.open(f"/posts/{status_id}/edit")
    page = await browser.go(form.button("Save"), text="Look closer", also={"pictures[0][words]": "Hills"})
    status = await stored(house, page)
    assert [one.description for one in status.media] == ["Hills"]
    assert status.text == "Look closer"
    form = await browser.open(f"/posts/{status_id}/edit")
    page = await browser.go(form.button("Save"), also={"pictures[0][remove]": "1"})
    assert (await stored(house, page)).media == ()


@pytest.mark.parametrize(
    "odd",
    [
        {"visibility": "everyone"},
        {"pictures[x][y]": "z"},
        {"pictures": "1"},
        {"poll_hours": "9999999"},
        {"in_reply_to": "abc"},
        {"language": "tlh"},
        {"key": "k" * 5_000},
        {"content_type": "text/html"},
        {"title": "two\nlines"},
    ],
)
async def test_odd_fields_do_no_harm(house: House, make: Make, odd: dict[str, str]) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    answer = await browser.press(form.button("Publish"), text="Hello", also=odd)
    assert answer.status in (303, 400, 422), answer.text[:500]


async def test_the_form_can_begin_with_a_mention_or_with_words(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write?to=bob&text=Have+you+read+this%3F")
    assert dict(form.button("Publish").form.fields)["text"] == "@bob Have you read this?"


async def test_a_film_is_attached_made_ready_and_shown(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    form = await browser.open("/write")
    film = {"picture": ("a.gif", reels.gif(), "image/gif")}
    answer = await browser.press(form.button("Attach"), files=film, picture_words="A square", text="Look:")
    assert "being made ready" in answer.text
    early = await browser.press(sound(answer).button("Publish"))
    assert early.status == 422
    assert "Look:" in early.text
    await Worker(house.db, handlers.of(house)).drain()
    await sandbox.close()
    page = await browser.go(sound(early).button("Publish"))
    moving, waiting = re.findall(r"<video[^>]*>", page.answer.text)
    assert "autoplay" in moving
    assert "autoplay" not in waiting
    assert 'preload="none"' in waiting
    assert all('aria-label="A square"' in one and "poster=" in one for one in (moving, waiting))
    assert 'media="(prefers-reduced-motion: no-preference)"' in page.answer.text
