"""Posts bound to one text: every id once, notes counted on, nothing torn apart."""

from __future__ import annotations

import re

from stoa import text
from stoa.core.house import House
from stoa.web import showing, volume
from stoa.web.showing import Shown
from tests.make import Make
from tests.serial import Written, post


async def _shown(house: House, make: Make, *parts: Written, **draft: str) -> list[Shown]:
    alice = await make.account("alice")
    made = await post(make, alice, parts, **draft)
    async with house.db.read() as conn:
        return await showing.load_some(conn, made, alice.id)


NOTED = "# Same\n\nA.[^1] B.[^1] C.[^2]\n\n[^1]: First.\n[^2]: Second, see[^1]."


async def test_notes_are_gathered_and_counted_on(house: House, make: Make) -> None:
    bound = volume.bind(await _shown(house, make, Written(NOTED), Written(NOTED)))
    calls = re.findall(r'href="#([^"]+)"[^>]*class="footnote-ref"[^>]*>(\d+)<', str(bound.parts[1].body))
    assert [label for _, label in calls] == ["3", "3", "4"]
    assert bound.notes.count("<li id=") == 4
    everything = "".join(one.body for one in bound.parts) + str(bound.notes)
    ids = re.findall(r' id="([^"]+)"', everything)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'href="#([^"]+)"', everything)
    assert targets
    assert set(targets) <= set(ids)


async def test_notes_behind_a_warning_stay_there(house: House, make: Make) -> None:
    bound = volume.bind(await _shown(house, make, Written(NOTED), Written("More."), spoiler_text="Careful"))
    assert bound.notes == ""
    assert 'class="footnotes"' in bound.parts[0].body
    assert [line.text for line in bound.outline] == ["", ""]
    assert bound.title == "Careful"


async def test_notes_that_somebody_made_up_are_left_where_they_are(house: House, make: Make) -> None:
    inner = '<section class="footnotes"><ol><li id="fn-a-1">x</li></ol></section>'
    source = text.sanitise(f'<section class="footnotes"><ol><li id="fn-a-2">{inner}</li></ol></section>')
    bound = volume.bind(await _shown(house, make, Written(source, "text/html"), Written("More.")))
    assert bound.notes == ""
    assert bound.parts[0].body.count("<section") == bound.parts[0].body.count("</section")


async def test_what_looks_like_an_id_in_code_is_left_alone(house: House, make: Make) -> None:
    bound = volume.bind(await _shown(house, make, Written('`<p id="x"> href="#y"`'), Written("More.")))
    assert 'id="x"' in text.plain_text(bound.parts[0].body)


async def test_what_is_too_much_for_a_page_follows_on_the_next(house: House, make: Make) -> None:
    before, volume.MAX_BYTES = volume.MAX_BYTES, 1_000
    try:
        parts = await _shown(house, make, *(Written(f"{n} " + "word " * 100) for n in range(4)))
        first = volume.bind(parts)
        assert ([one.number for one in first.parts], first.following, first.count) == ([1], 2, 4)
        last = volume.bind(parts, start=3)
        assert ([one.number for one in last.parts], last.following) == ([4], None)
    finally:
        volume.MAX_BYTES = before
