"""No call breaks the house, whoever makes it and with whatever (the large run: `python -m tests.fuzz`)."""

from __future__ import annotations

import random

import pytest

from stoa.main import Assembled
from tests.fuzz import calls, pages
from tests.fuzz.run import run
from tests.fuzz.values import Values

CALLS = 700
PAGES = 250


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL", "python_multipart")


async def test_no_call_breaks_the_house(assembled: Assembled) -> None:
    outcome = await run(assembled, CALLS, seed=1, known=calls.operations())
    assert [str(one) for one in outcome.failures] == []
    # Calls that are all refused would show nothing.
    assert outcome.statuses[200] > CALLS / 4
    assert len(outcome.worked) > 60


async def test_no_page_and_no_document_breaks_the_house(assembled: Assembled) -> None:
    outcome = await run(assembled, PAGES, seed=1, known=pages.operations(assembled))
    assert [str(one) for one in outcome.failures] == []
    assert outcome.statuses[200] > PAGES / 6


def test_a_call_follows_from_its_seed() -> None:
    known = calls.operations()

    def some(seed: int) -> list[str]:
        rng = random.Random(seed)
        values = Values(rng, {"accounts": ["1", "2"]})
        return [str(calls.make(rng, rng.choice(known), values)) for _ in range(100)]

    assert some(7) == some(7) != some(8)


async def test_a_house_that_breaks_would_be_seen(
    assembled: Assembled, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fall(conn: object) -> object:
        raise RuntimeError("the roof came down")

    monkeypatch.setattr("stoa.core.instances.rules.list_rules", fall)
    only = [one for one in calls.operations() if one.path == "/api/v1/instance/rules"]
    outcome = await run(assembled, 1, seed=1, known=only)
    (failure,) = outcome.failures
    assert "the roof came down" in str(failure)
