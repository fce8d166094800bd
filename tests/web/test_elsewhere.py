"""How a post will look elsewhere is told from what is sent, and cut where it is cut."""

from __future__ import annotations

from typing import Any, NamedTuple

from stoa.web import elsewhere


class Item(NamedTuple):
    title: str
    html: str


def looks(**sent: Any) -> dict[str, elsewhere.Look]:
    document = {
        "type": "Note",
        "content": "<p>Words</p>",
        "summary": None,
        "url": "https://h.example/1",
        **sent,
    }
    item = Item("A <title>", document["content"])
    return {one.program: one for one in elsewhere.looks(document, item)}


def test_misskey_cuts_where_it_cuts() -> None:
    whole = looks(content=f"<p>{'x' * elsewhere.MISSKEY_CUTS}</p>")["Misskey"]
    assert not whole.cut
    cut = looks(content=f"<p>{'x' * elsewhere.MISSKEY_CUTS}&lt;y&gt;</p>")["Misskey"]
    assert cut.cut
    assert "3 characters are missing" in cut.note
    assert "y" not in cut.body.split("typed")[1].split(">", 1)[1].split("<")[0]


def test_of_an_article_mastodon_shows_how_it_begins_and_misskey_no_title() -> None:
    found = looks(
        type="Article", name="On <b>", summary="<p>It begins</p>", content="<h2>Head</h2><p>All</p>"
    )
    mastodon = found["Mastodon"]
    assert "On &lt;b&gt;" in mastodon.body
    assert "It begins" in mastodon.body
    assert "https://h.example/1" in mastodon.body
    assert "All" not in mastodon.body
    assert mastodon.cut
    assert found["Misskey"].warning == "It begins"
    assert "On" not in found["Misskey"].body


def test_of_a_note_mastodon_shows_all_but_not_as_it_is_here() -> None:
    content = (
        '<h2 id="h">Head</h2><p>A <sup>1</sup></p><table><tr><td>1</td><td>2</td></tr></table>'
        "<ul><li>one</li></ul>"
    )
    mastodon = looks(content=content, summary="Careful")["Mastodon"]
    assert "<strong>Head</strong>" in mastodon.body
    assert "<h2" not in mastodon.body
    assert "<table" not in mastodon.body
    assert "<sup" not in mastodon.body
    assert "<li>one</li>" in mastodon.body
    assert mastodon.warning == "Careful"
    assert not mastodon.cut


def test_nothing_that_is_sent_becomes_a_script_here() -> None:
    bad = '<p onclick="x()">A<script>alert(1)</script><img src=x onerror=alert(1)></p>'
    for look in looks(content=bad, name="<script>x</script>", type="Article", summary=bad).values():
        for evil in ("<script", "onclick=", "onerror=", "<img"):
            assert evil not in look.body
