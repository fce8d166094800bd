"""A text in five parts, as somebody would post it: with titles or without, notes, formulas, headings."""

from __future__ import annotations

from typing import NamedTuple

from tests.make import Make, Person


class Written(NamedTuple):
    """What its author typed for a part."""

    text: str
    content_type: str = "text/markdown"
    title: str | None = None


_FIRST = """From "The Analyst":

THE TELEPHONE CALL - WHY THEY ARE BOTHERED

Now we have an understanding of an unusual telephone call from one war minister to another, the first in
over twenty-two months.

Relationships between leaders do matter, and those who crave to be recognised do so because they know
that their power has no real basis. Being rejected by those whom they see as their peers is hugely
important to them, and it shows in what their ministers are made to say to each other. CONTINUES…"""

PARTS = (
    Written(_FIRST, "text/plain"),
    Written(
        "## What was said\n\nHe offered condolences.[^1] The other made threats.[^2]\n\n"
        "## What was not said\n\nNothing of the reason for the call.\n\n"
        "[^1]: Diplomatic niceties require it.\n[^2]: As the *transcript* has it.",
        title="The words of the call",
    ),
    Written(
        "## What was said\n\nThat ambiguity pays can be written down:[^1]\n\n"
        r"$$p(x) = \frac{1}{1 + e^{-x}}$$" + "\n\n[^1]: After Schelling, *The Strategy of Conflict*.",
        title="Ambiguity, a little mathematics",
    ),
    Written(
        "| power | red lines |\n|---|---|\n| one | three |\n| other | none |\n\n"
        "```python\nprint('none')\n```"
    ),
    Written(
        "What it all comes to: nobody is received again as if nothing had been.", title="The end of it"
    ),
)


async def post(make: Make, author: Person, parts: tuple[Written, ...] = PARTS, **draft: str) -> list[int]:
    """The ids of *parts*, each an answer to the one before."""
    made: list[int] = []
    for one in parts:
        above = made[-1] if made else None
        made.append(
            await make.status(
                author,
                one.text,
                content_type=one.content_type,
                title=one.title,
                language="en",
                in_reply_to_id=above,
                **draft,
            )
        )
    return made
