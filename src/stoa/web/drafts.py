"""What somebody typed into the writing form, and the draft and the preview it makes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import msgspec

from stoa.core.drafts.model import MAX_KEY, Words
from stoa.core.drafts.model import Draft as Kept
from stoa.core.errors import Unprocessable
from stoa.core.policy.draft import (
    VISIBILITIES,
    ContentType,
    Draft,
    PollDraft,
    QuotePolicy,
    Repliers,
    Visibility,
)
from stoa.core.statuses.defaults import Defaults
from stoa.core.statuses.model import PollView, StatusView
from stoa.text import MAX_AROUND, MAX_EXACT, Passage
from stoa.text import language_names as languages
from stoa.web.forms import is_ticked, text_of

MAX_DESCRIPTION = 1_500
_MOST = 1024 * 1024
CLOSES_AFTER = (1, 3, 7, 30, 90)
"""The days to choose from, after which nobody may reply any more."""
_POLL_HOURS = (1, 6, 24, 72, 168, 720)

Does = Literal["publish", "preview", "elsewhere", "attach", "save", "keep", "earlier", "later"]


class Picture(msgspec.Struct, frozen=True):
    """An attached file: its description, and the point of it that every cut should show (-1…1, the
    second one upwards).
    """

    id: int
    words: str = ""
    focus: tuple[float, float] | None = None


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the form.  *does* is the button pressed, *at* when to publish it (UTC, as a field for
    moments has it), *version* that of the kept draft it began from.
    """

    text: str = ""
    title: str = ""
    warning: str = ""
    content_type: ContentType = "text/markdown"
    visibility: Visibility = "public"
    quote_policy: QuotePolicy = "public"
    repliers: Repliers = "everybody"
    closes_after: int = 0
    language: str = ""
    sensitive: bool = False
    pictures: tuple[Picture, ...] = ()
    picture_words: str = ""
    poll: str = ""  # one choice a line
    poll_hours: int = 24
    poll_multiple: bool = False
    at: str = ""
    in_reply_to: str = ""
    exact: str = ""  # the passage of that, and what stands around it
    prefix: str = ""
    suffix: str = ""
    editing: str = ""
    key: str = ""
    version: int = 0
    does: Does = "publish"
    moved: int = 0  # the place of the picture to put earlier or later

    def preferring(self, preferred: Defaults) -> Typed:
        """The same, filled up with what its author prefers."""
        return msgspec.structs.replace(
            self,
            visibility=preferred.visibility,
            language=preferred.language or "",
            sensitive=preferred.sensitive,
            quote_policy=preferred.quote_policy,
        )

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to keep."""
        return not (self.text.strip() or self.title.strip() or self.pictures or self.poll.strip())

    def draft(self, account_id: int) -> Draft:
        """The post to be."""
        options = tuple(line.strip() for line in self.poll.splitlines() if line.strip())
        return Draft(
            account_id=account_id,
            text=self.text,
            content_type=self.content_type,
            title=" ".join(self.title.split()) or None,
            spoiler_text=" ".join(self.warning.split()),
            sensitive=self.sensitive,
            visibility=self.visibility,
            quote_policy=self.quote_policy,
            repliers=self.repliers,
            closes_after=self.closes_after,
            language=self.language or None,
            in_reply_to_id=int(self.in_reply_to) if self.in_reply_to else None,
            passage=self.passage,
            media_ids=tuple(one.id for one in self.pictures),
            poll=PollDraft(options=options, multiple=self.poll_multiple, expires_in=self.poll_hours * 3600)
            if options
            else None,
        )

    @property
    def passage(self) -> Passage | None:
        """What of the answered post it is about; None: all of it."""
        return Passage(self.exact, self.prefix, self.suffix) if self.exact and self.in_reply_to else None

    def about(self, passage: Passage | None) -> Typed:
        """The same about *passage*."""
        found = passage or Passage("")
        return msgspec.structs.replace(self, exact=found.exact, prefix=found.prefix, suffix=found.suffix)

    def words(self) -> Words:
        """What is kept of it while it is written."""
        rest = {name: value for name, value in msgspec.to_builtins(self).items() if name not in _NOT_KEPT}
        return Words(
            title=self.title,
            text=self.text,
            rest=rest,
            media_ids=tuple(one.id for one in self.pictures),
        )

    def moment(self) -> int | None:
        """When to publish it (unix milliseconds); None: now.  Raises Unprocessable for what is none."""
        if not self.at:
            return None
        try:
            found = datetime.fromisoformat(self.at)
            return int(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1000)
        except (OverflowError, ValueError):
            raise Unprocessable("This is no date and time.") from None

    def rearranged(self) -> Typed:
        """The same with the picture at *moved* one place earlier or later."""
        place, step = self.moved, 1 if self.does == "later" else -1
        pictures = list(self.pictures)
        if 0 <= place < len(pictures) and 0 <= place + step < len(pictures):
            pictures[place], pictures[place + step] = pictures[place + step], pictures[place]
        return msgspec.structs.replace(self, pictures=tuple(pictures))


_NOT_KEPT = frozenset(("title", "text", "key", "version", "does", "moved", "picture_words"))
_FIELDS = frozenset(Typed.__struct_fields__) - _NOT_KEPT


def from_kept(kept: Kept) -> Typed:
    """The form that was kept."""
    return msgspec.structs.replace(from_words(kept.words), key=kept.key, version=kept.version)


def from_words(words: Words) -> Typed:
    """The form with these words; a field that an older program kept otherwise is left out."""
    rest = {name: value for name, value in words.rest.items() if name in _FIELDS}
    try:
        found = msgspec.convert(rest, Typed)
    except msgspec.ValidationError:
        found = Typed()
    return msgspec.structs.replace(found, title=words.title, text=words.text)


def typed(form: Mapping[str, Any]) -> Typed:
    """The form as it was sent; what no browser of ours sends becomes its default."""
    form = dict(form)
    kind = text_of(form, "content_type")
    language = text_of(form, "language", most=40)
    hours = text_of(form, "poll_hours", most=5)
    days = text_of(form, "closes_after", most=3)
    about_all = is_ticked(form, "about_all")
    does, _, moved = text_of(form, "do", most=20).partition(" ")
    return Typed(
        # Browsers send line ends as CRLF.
        text=text_of(form, "text", most=_MOST).replace("\r\n", "\n"),
        title=text_of(form, "title", most=1_000),
        warning=text_of(form, "warning"),
        content_type="text/plain" if kind == "text/plain" else "text/markdown",
        visibility=_among(VISIBILITIES, text_of(form, "visibility"), "public"),
        quote_policy=_among(get_args(QuotePolicy), text_of(form, "quote_policy"), "public"),
        repliers=_among(get_args(Repliers), text_of(form, "repliers"), "everybody"),
        closes_after=int(days) if days.isdigit() and int(days) in CLOSES_AFTER else 0,
        language=language if language in languages.NAMES else "",
        sensitive=is_ticked(form, "sensitive"),
        pictures=_pictures(form),
        picture_words=text_of(form, "picture_words", most=MAX_DESCRIPTION),
        poll=text_of(form, "poll", most=20_000).replace("\r\n", "\n"),
        poll_hours=int(hours) if hours.isdigit() and int(hours) in _POLL_HOURS else 24,
        poll_multiple=is_ticked(form, "poll_multiple"),
        at=text_of(form, "at", most=40).strip(),
        in_reply_to=_an_id(text_of(form, "in_reply_to", most=20)),
        exact="" if about_all else text_of(form, "exact", most=MAX_EXACT).replace("\r\n", "\n"),
        prefix=text_of(form, "prefix", most=MAX_AROUND),
        suffix=text_of(form, "suffix", most=MAX_AROUND),
        editing=_an_id(text_of(form, "editing", most=20)),
        key=text_of(form, "key", most=MAX_KEY),
        version=int(_an_id(text_of(form, "version", most=9)) or 0),
        does=_among(get_args(Does), does, "publish"),
        moved=int(_an_id(moved) or 0),
    )


def _among(known: tuple[Any, ...], given: str, otherwise: Any) -> Any:
    return given if given in known else otherwise


def _an_id(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63 else ""


def _pictures(form: dict[str, Any]) -> tuple[Picture, ...]:
    given = form.get("pictures")
    if not isinstance(given, list):
        return ()
    found = []
    for one in given[:64]:
        if not isinstance(one, dict) or is_ticked(one, "remove"):
            continue
        media_id = _an_id(text_of(one, "id", most=20))
        if media_id:
            words = text_of(one, "words", most=MAX_DESCRIPTION)
            found.append(Picture(int(media_id), words, _focus(text_of(one, "focus", most=40))))
    return tuple(found)


def _focus(text: str) -> tuple[float, float] | None:
    """Two numbers between -1 and 1; None for anything else."""
    try:
        across, upwards = (float(one) for one in text.split(","))
    except ValueError:
        return None
    return (across, upwards) if abs(across) <= 1 and abs(upwards) <= 1 else None


def from_status(status: StatusView, poll: PollView | None, *, editing: bool) -> Typed:
    """The form that would have made *status*."""
    return Typed(
        text=status.text,
        title=status.title or "",
        warning=status.spoiler_text,
        content_type="text/plain" if status.content_type == "text/plain" else "text/markdown",
        visibility=status.visibility,
        language=status.language if status.language and status.language in languages.NAMES else "",
        sensitive=status.sensitive and not status.spoiler_text,
        pictures=tuple(
            Picture(
                one.id,
                one.description or "",
                None if one.focus_x is None or one.focus_y is None else (one.focus_x, one.focus_y),
            )
            for one in status.media
            if one.key
        ),
        quote_policy=status.quote_policy,
        poll="\n".join(option.title for option in poll.options) if poll else "",
        poll_multiple=poll.multiple if poll else False,
        in_reply_to=str(status.in_reply_to_id or ""),
        editing=str(status.id) if editing else "",
    )
