"""The page of a post: for everybody who may read it, whole, without a script, described to machines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from stoa.core.house import House
from stoa.core.statuses import reblog
from tests.make import Make
from tests.web.browsing import Browser, browser_of

ESSAY = "THE PORCH AND THE MARKET\n\n" + "\n\n".join(
    f"Paragraph {n}. People who read to the end of a long text have earned the right to be listened to, "
    "and those who write one owe them a reason for every line."
    for n in range(30)
)
MATHS = r"""# On sums

A sum \(\sum_{k=1}^n \frac1k\) grows.

## How fast

$$\ln n + \gamma$$

## In code

```python
print("sum")
```

## The end

| n | sum |
|---|---|
| 1 | 1 |
"""


async def test_a_visitor_reads_all_of_it_and_is_shown_the_ways_in(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice")
    status_id = await make.status(alice, ESSAY)
    page = await Browser(house).open(f"/@alice/{status_id}")
    assert "Paragraph 0." in page.text
    assert "Paragraph 29." in page.text
    assert "Sign in to participate in the conversation" in page.text
    assert page.leads_to(f"/posts/{status_id}/reply")
    assert page.leads_to(f"/people/{alice.id}/follow")
    assert house.settings.title in page.text
    assert house.settings.description in page.text
    assert page.text.count("THE PORCH AND THE MARKET") == 2  # <title> and the heading


async def test_no_script_runs_and_no_other_host_is_asked(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), "A short one.")
    answer = await Browser(house).ask(f"/@alice/{status_id}")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert "unsafe" not in policy
    page = await Browser(house).open(f"/@alice/{status_id}")
    sources = [given["href"] for tag, given in page.heads if given.get("rel") in ("stylesheet", "icon")]
    assert sources
    assert all(source.startswith("/static/") for source in sources)


async def test_a_long_post_has_one_script_of_ours(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), ESSAY)
    page = await Browser(house).open(f"/@alice/{status_id}")
    (source,) = [given["src"] for tag, given in page.heads if tag == "script" and "src" in given]
    assert source.startswith("/static/reading.")
    assert "script-src 'self';" in page.answer.headers["content-security-policy"]


async def test_the_page_with_its_style_weighs_less_than_40_kilobytes(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, ESSAY)
    for number in range(60):
        await make.status(
            bob, f"An answer, the {number}th of its kind, of middling length.", in_reply_to_id=status_id
        )
    from stoa.web import assets

    answer = await Browser(house).ask(f"/@alice/{status_id}")
    style = (Path(assets.__file__).parent / "static" / "style.css").read_bytes()
    assert len(gzip.compress(answer.body)) + len(gzip.compress(style)) < 40_000


async def test_machines_are_told_what_it_is(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice")
    status_id = await make.status(alice, ESSAY, language="en")
    await make.status(await make.account("bob"), "I see.", in_reply_to_id=status_id)
    page = await Browser(house).open(f"/@alice/{status_id}")
    base = house.addresses.base
    assert page.link("canonical") == [f"{base}/@alice/{status_id}"]
    assert page.link("alternate", "application/activity+json") == [
        f"{base}/ap/users/{alice.id}/statuses/{status_id}"
    ]
    assert page.link("alternate", "application/rss+xml") == [f"{base}/@alice.rss"]
    assert page.meta("og:title") == ["THE PORCH AND THE MARKET"]
    assert page.meta("og:type") == ["article"]
    assert page.meta("description")[0].startswith("Paragraph 0.")
    [data] = [json.loads(script) for script in page.scripts]
    assert (data["@type"], data["headline"]) == ("Article", "THE PORCH AND THE MARKET")
    assert data["author"]["name"] == "Alice"
    assert data["inLanguage"] == "en"
    assert data["commentCount"] == len(data["comment"]) == 1
    assert "Paragraph 29." in data["articleBody"]


async def test_what_strangers_wrote_cannot_become_markup(house: House, make: Make) -> None:
    evil = '"><script>alert(1)</script>'
    alice = await make.account("alice", display_name=evil)
    status_id = await make.status(alice, f"{evil} </script>", spoiler_text=evil, title=evil)
    page = await Browser(house).open(f"/@alice/{status_id}")
    assert all(json.loads(script)["@context"] for script in page.scripts)
    assert len(page.scripts) == 1


async def test_headings_make_an_outline_and_each_link_has_its_anchor(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), MATHS, content_type="text/markdown")
    page = await Browser(house).open(f"/@alice/{status_id}")
    anchors = [href[1:] for href, _ in page.links if href.startswith("#s-")]
    assert len(anchors) == 3
    assert set(anchors) <= page.ids
    assert "<math" in page.answer.text
    assert 'class="c-' in page.answer.text
    assert page.text.startswith("On sums")


async def test_each_text_has_its_own_language_and_direction(house: House, make: Make) -> None:
    omar = await make.account("omar")
    status_id = await make.status(omar, "في مديح المقهى القديم الذي عرفناه كلّنا", language="ar")
    answer = await Browser(house).ask(f"/@omar/{status_id}")
    assert '<div class="prose" lang="ar" dir="rtl">' in answer.text
    assert '<html lang="en" dir="ltr">' in answer.text


async def test_a_warning_is_all_that_previews_and_machines_see(house: House, make: Make) -> None:
    status_id = await make.status(
        await make.account("alice"), "The butler did it.", spoiler_text="An ending"
    )
    page = await Browser(house).open(f"/@alice/{status_id}")
    assert "The butler did it." in page.text  # folded away, on the page itself
    assert page.meta("og:description") == ["Content warning: An ending"]
    assert "butler" not in page.scripts[0]
    assert '<details class="warning">' in page.answer.text


async def test_a_poll_shows_its_figures_to_visitors_and_a_form_to_members(house: House, make: Make) -> None:
    from stoa.core.policy.draft import PollDraft

    alice, bob = await make.account("alice"), await make.account("bob")
    poll = PollDraft(options=("Yes", "No"), expires_in=3600)
    status_id = await make.status(alice, "Well?", poll=poll)
    assert "0 %" in (await Browser(house).open(f"/@alice/{status_id}")).text
    browser = await browser_of(house, bob)
    vote = (await browser.open(f"/@alice/{status_id}")).button("Vote")
    page = await browser.go(vote, also={"choices[]": "1"})
    assert "100 %" in page.text
    assert "your vote" in page.text
    empty = await browser.press(vote)
    assert empty.status == 422


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_a_private_post_is_there_for_its_readers_and_for_nobody_else(
    house: House, make: Make, visibility: str
) -> None:
    alice, bob, carl = await make.account("alice"), await make.account("bob"), await make.account("carl")
    await make.follow(bob, alice)
    status_id = await make.status(alice, "@bob between us", visibility=visibility)
    assert (await Browser(house).ask(f"/@alice/{status_id}")).status == 404
    assert (await (await browser_of(house, carl)).ask(f"/@alice/{status_id}")).status == 404
    page = await (await browser_of(house, bob)).open(f"/@alice/{status_id}")
    assert "between us" in page.text
    assert page.meta("og:description") == []
    assert page.scripts == []
    assert page.meta("robots") == ["noindex"]
    answer = await (await browser_of(house, bob)).ask(f"/@alice/{status_id}")
    assert answer.headers["cache-control"] == "private, no-store"


async def test_whom_the_author_blocks_sees_no_page(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Hello")
    await make.block(alice, bob)
    assert (await (await browser_of(house, bob)).ask(f"/@alice/{status_id}")).status == 404


async def test_a_visitor_who_has_the_page_is_told_so(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), "Hello")
    browser = Browser(house)
    first = await browser.ask(f"/@alice/{status_id}")
    assert first.headers["cache-control"].startswith("public, max-age=")
    assert ("vary", "Cookie, Accept, Accept-Language") in first.header_list
    assert first.headers["last-modified"].endswith("GMT")
    again = await browser.ask(f"/@alice/{status_id}", **{"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/@ALICE/{id}", "/@bob/{id}", "/posts/{id}"])
async def test_other_addresses_lead_to_the_one(house: House, make: Make, path: str) -> None:
    await make.account("bob")
    status_id = await make.status(await make.account("alice"), "Hello")
    answer = await Browser(house).ask(path.format(id=status_id))
    assert answer.status in (301, 302)
    assert answer.headers["location"] == f"/@alice/{status_id}"


async def test_an_address_that_names_nothing_is_a_page_that_says_so(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = Browser(house)
    for path in ("/@alice/1", "/@alice/abc", "/@alice/99999999999999999999", "/@nobody", "/nothing/at/all"):
        page = await browser.open(path, status=404)
        assert "There is nothing here" in page.text
    page = await (await browser_of(house, alice)).open("/@alice/1", status=404)
    assert page.leads_to("/notifications")


async def test_a_remote_post_is_shown_but_belongs_to_its_own_server(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    uri = "https://there.example/notes/1"
    status_id = await make.status(
        carl, "", uri=uri, url="https://there.example/@carl/1", content="<p>From there</p>"
    )
    page = await Browser(house).open(f"/@carl@there.example/{status_id}")
    assert page.link("canonical") == ["https://there.example/@carl/1"]
    assert page.meta("robots") == ["noindex"]
    assert page.leads_to("https://there.example/@carl/1")


async def test_what_it_said_before_can_be_read_by_whoever_reads_it_now(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Frist thought", content_type="text/markdown")
    browser = await browser_of(house, alice)
    assert not (await browser.open(f"/@alice/{status_id}")).leads_to(f"/@alice/{status_id}/history")
    form = await browser.open(f"/posts/{status_id}/edit")
    page = await browser.go(form.button("Save"), text="First thought", warning="Spelling")
    assert page.leads_to(f"/@alice/{status_id}/history")
    page = await Browser(house).open(f"/@alice/{status_id}/history")
    assert (
        page.text.index("First thought") < page.text.index("At first") < page.text.rindex("Frist thought")
    )
    hidden = await make.status(alice, "Between us", visibility="private")
    assert (await Browser(house).ask(f"/@alice/{hidden}/history")).status == 404


async def test_a_boost_has_no_page_of_its_own(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Hello")
    async with house.db.write() as conn:
        boost = await reblog.reblog(conn, bob.id, status_id, house.addresses)
    answer = await Browser(house).ask(f"/@bob/{boost}")
    assert answer.headers["location"] == f"/@alice/{status_id}"


async def test_whoever_wants_it_plain_has_words_and_links_alone(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, MATHS, content_type="text/markdown")
    path = f"/@alice/{status_id}"
    dressed = await Browser(house).open(path)
    assert "<math" in dressed.answer.text
    assert dressed.leads_to(f"{path}?plain=1")
    plain = await Browser(house).open(f"{path}?plain=1")
    for tag in ("<math", "<table", "<pre", 'id="s-'):
        assert tag not in plain.answer.text
    assert r"\ln n + \gamma" in plain.text
    assert 'print("sum")' in plain.text
    assert f'<link rel="canonical" href="http://localhost:8000{path}">' in plain.answer.text
    assert plain.leads_to(path)
    assert plain.faults == []
    # A member says so once.
    browser = await browser_of(house, bob)
    form = await browser.open("/settings/appearance")
    await browser.go(form.button("Save"), plain="1")
    assert "<math" not in (await browser.open(path)).answer.text
    assert "<math" in (await browser.open(f"{path}?plain=0")).answer.text
    assert "<math" not in (await browser.open("/public")).answer.text


async def test_what_is_plain_already_offers_nothing(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), "Two words.\n\nAnd two more.")
    assert not (await Browser(house).open(f"/@alice/{status_id}")).leads_to(f"/@alice/{status_id}?plain=1")
