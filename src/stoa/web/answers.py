"""An answer to a post, with those that hang below it; values only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from stoa import text
from stoa.core.statuses import replies
from stoa.web.showing import Shown

HEAVY = 15
"""A branch of more answers is folded."""

_NAMES = re.compile(r"\A(?:@\S+\s+)+")


class About(NamedTuple):
    """What a reply is about: the beginning of the passage, and the anchor of the paragraph it is in;
    nothing of either where that passage is lost.
    """

    words: str = ""
    anchor: str = ""


@dataclass(slots=True)
class Reply:
    """An answer and the answers to it.  *hidden* counts those too deep to be shown here; *mark* is what
    the author of the thread did with it; *about* the passage that it replies to, and *body* then its
    words without that.
    """

    shown: Shown
    mark: replies.Mark | None = None
    quiet: int = 0  # milliseconds without a word before it, where they are many
    replies: list[Reply] = field(default_factory=list)
    hidden: int = 0
    about: About | None = None
    body: Markup | None = None

    @property
    def words(self) -> Markup:
        """What it says."""
        return self.shown.prose.short if self.body is None else self.body

    def gist(self, most: int) -> str:
        """The first words after the names of those it is for, or those of its warning."""
        warning = self.shown.status.spoiler_text
        return warning or text.excerpt(_NAMES.sub("", text.plain_text(self.words)), most)

    @property
    def heavy(self) -> bool:
        """Whether so many answers hang below it that they are folded."""
        return self.below > HEAVY

    @property
    def below(self) -> int:
        """How many answers hang below it."""
        return self.hidden + sum(1 + reply.below for reply in self.replies)
