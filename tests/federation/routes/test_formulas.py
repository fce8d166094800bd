"""Formulas go out as MathML with their TeX inside, or as TeX in the text, everywhere alike (F12.3)."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.policy.draft import ContentType
from tests.client import Client
from tests.federation.asking import document
from tests.make import Make

MARKDOWN: ContentType = "text/markdown"


async def _ways_out(client: Client, make: Make) -> list[dict[str, Any]]:
    """The post by its id, in its Create, and in the outbox."""
    alice = await make.account("alice")
    await make.status(alice, r"So \(x^2\).", content_type=MARKDOWN)
    actor = (await client.get(f"/api/v1/accounts/{alice.id}")).json["uri"]
    page = await document(client, f"{actor}/outbox?page=true")
    create = page["orderedItems"][0]
    return [
        await document(client, create["object"]["id"]),
        (await document(client, create["id"]))["object"],
        create["object"],
    ]


async def test_formulas_are_mathml_with_their_source(client: Client, make: Make) -> None:
    for note in await _ways_out(client, make):
        assert note["content"].startswith("<p>So <math")
        assert '<annotation encoding="application/x-tex">x^2</annotation>' in note["content"]
        assert note["source"]["content"] == r"So \(x^2\)."


class TestForReadersElsewhereWithoutMathML:
    """STOA_FORMULAS=tex."""

    @pytest.fixture
    def settings_given(self) -> dict[str, str]:
        return {"STOA_FORMULAS": "tex", "STOA_REGISTRATIONS": "open"}

    async def test_formulas_are_tex(self, client: Client, make: Make) -> None:
        for note in await _ways_out(client, make):
            assert note["content"].strip() == r"<p>So \(x^2\).</p>"
