"""A passkey is made and signed in with, by Chromium and a device that it plays."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PASSWORD, Village
from tests.browser.test_pages import EVERYTHING, faults

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def with_device(context: BrowserContext) -> tuple[Page, list[str]]:
    """A tab whose device makes and shows passkeys without asking, and what went wrong there."""
    tab = context.new_page()
    line = context.new_cdp_session(tab)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    return tab, wrong


@pytest.mark.parametrize("judged", [False, True])
def test_a_passkey_opens_the_account_instead_of_the_password(
    village: Village, chromium: Browser, judged: bool
) -> None:
    # Axe needs the policy out of its way; without axe, it is in ours.
    context = chromium.new_context(bypass_csp=judged, viewport={"width": 390, "height": 844})
    tab, wrong = with_device(context)
    tab.goto(f"{village.server.base}/sign-in")
    tab.fill("#email", "bob@mail.example")
    tab.fill("#password", PASSWORD)
    tab.click("main form[action='/sign-in'] button")
    tab.locator(".home").wait_for()
    tab.goto(f"{village.server.base}/settings/passkeys")
    assert not judged or faults(tab, EVERYTHING) == []
    tab.fill("#password", PASSWORD)
    tab.get_by_role("button", name="Begin").click()
    tab.fill("#name", "My device")
    assert not judged or faults(tab, EVERYTHING) == []
    tab.get_by_role("button", name="Make the passkey").click()
    expect(tab.locator(".notice")).to_contain_text("From now on you can sign in with it.")
    expect(tab.locator("main li strong")).to_have_text("My device")

    context.clear_cookies()
    tab.goto(f"{village.server.base}/sign-in?next=/settings/passkeys")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    expect(tab.locator("main li").first).to_contain_text("last used")
    tab.get_by_role("button", name="Remove My device").click()
    expect(tab.locator("main li strong")).to_have_count(0)

    # What is not known here any more opens nothing, and the password still does.
    context.clear_cookies()
    tab.goto(f"{village.server.base}/sign-in")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    expect(tab.get_by_role("alert").first).to_contain_text("does not open an account here")
    assert not judged or faults(tab, EVERYTHING) == []
    assert [one for one in wrong if "422" not in one] == []
    context.close()


def test_who_has_no_passkey_is_told_so(village: Village, chromium: Browser) -> None:
    context = chromium.new_context()
    tab, _ = with_device(context)
    tab.goto(f"{village.server.base}/sign-in")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    expect(tab.locator("[data-failed]")).to_have_text(
        "Your browser gave us no passkey. Try again, or use your password."
    )
    context.close()
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{village.server.base}/sign-in")
    expect(tab.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
    context.close()
