"""Typed text to safe HTML, and safe HTML to everything read from it.

All HTML, typed here or sent by another server, passes sanitise; every function here is total: it
takes any text and does work in proportion to its length.  No database, no network, no clock.
"""

from stoa.text.bare import bare
from stoa.text.blocks import blocks, without, words_of
from stoa.text.counting import count_characters, excerpt
from stoa.text.entities import find_emoji_shortcodes, normalise_hashtag
from stoa.text.languages import detect_language, direction
from stoa.text.passages import MAX_AROUND, MAX_EXACT, Passage, beginning, lies_in, quoted, squeezed
from stoa.text.passages import find as find_passage
from stoa.text.plain import formulas_as_tex, plain_text
from stoa.text.reading import Heading, count_words, outline, reading_minutes, with_anchors
from stoa.text.rendering import Mention, Rendered, find_hashtags, find_mentions, render
from stoa.text.sanitising import sanitise
from stoa.text.titles import Lifted, lift_title

__all__ = [
    "MAX_AROUND",
    "MAX_EXACT",
    "Heading",
    "Lifted",
    "Mention",
    "Passage",
    "Rendered",
    "bare",
    "beginning",
    "blocks",
    "count_characters",
    "count_words",
    "detect_language",
    "direction",
    "excerpt",
    "find_emoji_shortcodes",
    "find_hashtags",
    "find_mentions",
    "find_passage",
    "formulas_as_tex",
    "lies_in",
    "lift_title",
    "normalise_hashtag",
    "outline",
    "plain_text",
    "quoted",
    "reading_minutes",
    "render",
    "sanitise",
    "squeezed",
    "with_anchors",
    "without",
    "words_of",
]
