"""A member reads what the moderators did, answers it, and is heard; without JavaScript."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import SMTP

import pytest

from stoa.core.accounts import views as accounts
from stoa.core.errors import Forbidden
from stoa.core.house import House
from stoa.core.moderation import act, warnings
from stoa.main import Assembled
from tests.client import Client
from tests.make import Make, Person
from tests.web.browsing import Browser, browser_of, sound

SEND = "Send it to the moderators"


async def warn(house: House, make: Make, target: Person, action: str = "silence") -> int:
    mod = await make.account("mod", role="moderator")
    async with house.db.write() as conn:
        return await act.act(conn, mod.id, "moderator", target.id, action, text="Too loud.")


async def link(assembled: Assembled) -> str:
    """Where the letter leads."""
    await assembled.worker.drain()
    letters = sorted((assembled.house.settings.data / "outbox").glob("*"))
    text = message_from_bytes(letters[-1].read_bytes(), policy=SMTP).get_content()
    found = re.search(r"http://\S+(/disputes/strikes/\S+)", text)
    assert found, text
    return found[1]


async def test_a_member_reads_and_answers_a_warning(house: House, make: Make) -> None:
    bob = await make.account("bob")
    warning = await warn(house, make, bob)
    browser = await browser_of(house, bob)
    notices = await browser.open("/notifications")
    assert notices.leads_to(f"/disputes/strikes/{warning}")
    page = await browser.open(f"/disputes/strikes/{warning}")
    assert "Too loud." in page.text
    answer = await browser.press(page.button(SEND), text="  ")
    assert answer.status == 422
    sound(answer)
    page = await browser.go(page.button(SEND), text="It was a whisper.")
    assert "It was a whisper." in page.text
    assert SEND not in page.text
    async with house.db.write() as conn:
        (open_one,) = await warnings.list_appealed(conn)
        assert open_one.id == warning
        await warnings.grant(conn, warning)
        assert (await accounts.get(conn, bob.id)).limited_at is None
        with pytest.raises(Forbidden):
            await warnings.turn_down(conn, warning)
    assert "They agree with you" in (await browser.open(f"/disputes/strikes/{warning}")).text


async def test_who_is_suspended_answers_by_the_link_of_the_letter(
    assembled: Assembled, house: House, make: Make
) -> None:
    bob = await make.account("bob")
    warning = await warn(house, make, bob, "suspend")
    browser = Browser(house)
    page = await browser.open(await link(assembled))
    page = await browser.go(page.button(SEND), text="It was not me.")
    assert "It was not me." in page.text
    async with house.db.write() as conn:
        await warnings.grant(conn, warning)
        assert (await accounts.get(conn, bob.id)).suspended_at is None


async def test_nobody_reads_the_warning_of_another(
    assembled: Assembled, client: Client, house: House, make: Make
) -> None:
    bob, eve = await make.account("bob"), await make.account("eve")
    warning = await warn(house, make, bob)
    letter = await link(assembled)
    browser = await browser_of(house, eve)
    assert (await browser.ask(f"/disputes/strikes/{warning}")).status == 404
    assert (await client.get(f"/disputes/strikes/{warning}")).status == 303
    for path in (f"/disputes/strikes/{warning}?token=x", letter.replace(str(warning), "17")):
        assert (await client.get(path)).status == 404
