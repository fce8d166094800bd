"""Who lives in the demonstration village, and what they say to each other."""

from __future__ import annotations

from typing import Any, NamedTuple

from stoa.core.accounts.model import Role
from stoa.main.demo import texts
from stoa.text import Passage


class Villager(NamedTuple):
    """Somebody; *colours* are those of their pictures."""

    name: str
    display_name: str
    note: str
    colours: tuple[int, int]
    fields: tuple[tuple[str, str], ...] = ()
    role: Role = "user"
    locked: bool = False
    bot: bool = False


class Post(NamedTuple):
    """A post; *answers* is the key of another one.  *options* go into the draft."""

    key: str
    author: str
    text: str
    answers: str | None = None
    markdown: bool = False
    picture: str | None = None  # what is drawn, and its description
    choices: tuple[str, ...] = ()
    options: dict[str, Any] = {}


RULES = (
    ("Question others to teach ourselves.", "Argue with what somebody said, never with who they are."),
    ("Hate and harassment have no place here.", ""),
    ("Describe your pictures.", "Some of us listen to them."),
    ("Say where it is from.", "A quotation has a source, a figure has a year."),
)

PEOPLE = (
    Villager("alice", "Alice Marchetti", "Keeps this house. Ask me anything about it.", (210, 30),
             (("Pronouns", "she/her"), ("Garden", "mostly beans")), role="owner"),
    Villager("analyst", "The Analyst", "Long readings of short telephone calls. River politics, harbours, gauges.",
             (200, 220), (("Writes", "when the water rises"),)),
    Villager("noor", "Noor Haddad نور", "أقرأ الهوامش قبل المتن. Manuscripts, margins, ink.", (30, 350)),
    Villager("tomoko", "智子", "雨と、ことばと、朝。Translator.", (260, 200)),
    Villager("olha", "Ольга Журавель", "Орнітологиня. Дамба, бінокль, термос.", (45, 190)),
    Villager("jonas", "Jonas Brückner", "Bäcker im Ruhestand. Rechnet gern.", (25, 45)),
    Villager("euler_fan", "Priya Raman", "Teaches mathematics to people who were told they could not do it.",
             (280, 320), (("Office", "the café by the bridge"),)),
    Villager("ferris", "Ferris O'Dell", "Parsers, compilers, small sharp tools.", (12, 200)),
    Villager("maren", "Maren Holt", "Archivist. I read what keepers wrote down.", (170, 230)),
    Villager("samuel", "Samuel Okafor", "Photographs fog. Sometimes the fog moves.", (150, 260)),
    Villager("gauge", "River gauge", "Reads the water at Saltmouth, every morning.", (195, 205), bot=True),
    Villager("quiet", "Quiet Corner", "Ask before you follow; I say yes.", (90, 120), locked=True),
)  # fmt: skip

POSTS = (
    Post("welcome", "alice", "Welcome to the village. Everything here is invented, and you may break all of it.\n\n"
         "Write something long. Try *Markdown*, try \\(e^{i\\pi} + 1 = 0\\), try a picture with a description.",
         markdown=True, options={"language": "en"}),
    Post("light", "maren", texts.LIGHTHOUSE, markdown=True, options={"language": "en"}),
    Post("geese", "olha", "“Geese.” I have field books with entire pages that say less.", answers="light"),
    Post("rope", "alice", "“Somebody who is carrying rope does not write” – I want this on a wall.", answers="light"),
    Post("rope2", "maren", "Carefully. The boathouse wall was emptied by hand, too.", answers="rope"),
    Post("basel", "euler_fan", texts.BASEL, markdown=True, options={"language": "en"}),
    Post("basel_q", "ferris", "Why may the product be rearranged at all? Infinitely many factors make me nervous.",
         answers="basel"),
    Post("basel_a", "euler_fan", "They should! It converges absolutely because \\(\\sum 1/n^2\\) does, so the order does "
         "not matter. That is the half of Weierstrass one can explain at the counter.", answers="basel_q",
         markdown=True),
    Post("basel_thanks", "ferris", "Consider me less nervous.", answers="basel_a"),
    Post("basel_tomoko", "tomoko", "円がどこにもないのに円周率。詩みたい。", answers="basel", options={"language": "ja"}),
    Post("bread", "jonas", texts.GERMAN, markdown=True, options={"language": "de"}),
    Post("bread_q", "euler_fan", "Endlich ein Rezept mit Exponentialfunktion. Was passiert bei 4 °C?", answers="bread",
         options={"language": "de"}),
    Post("bread_a", "jonas", "Dann ist es morgen noch nicht fertig und übermorgen besser.", answers="bread_q",
         options={"language": "de"}),
    Post("fog", "samuel", "Six in the morning, the bridge is only an opinion. #fog #photography",
         picture="Hills in fog, one behind the other, each paler than the one before; a low sun.",
         options={"language": "en"}),
    Post("fog_q", "maren", "Which side is the sea?", answers="fog"),
    Post("fog_a", "samuel", "That was my question as well.", answers="fog_q"),
    Post("cranes", "olha", texts.UKRAINIAN, markdown=True, options={"language": "uk"}),
    Post("margin", "noor", texts.ARABIC, markdown=True, options={"language": "ar"}),
    Post("margin_maren", "maren", "@noor The oldest social network – and nobody could edit what they had posted.",
         answers="margin"),
    Post("rain", "tomoko", texts.JAPANESE, markdown=True, options={"language": "ja"}),
    Post("tools", "ferris", texts.TOOLS, markdown=True, options={"language": "en"}),
    Post("tools_a", "jonas", "I tried `level`. It was an adventure.", answers="tools", markdown=True),
    Post("water1", "gauge", "06:00 Saltmouth 2.31 m, rising. #water", options={"visibility": "unlisted"}),
    Post("analysis", "analyst", texts.ANALYSIS, options={"language": "en"}),
    Post("analysis2", "analyst", texts.CONTINUATION, answers="analysis", options={"language": "en"}),
    Post("notebook", "ferris", "I have kept that notebook. It has eleven pages, and nine of them are about one hinge.",
         answers="analysis",
         options={"passage": Passage("It is not the engineers that are feared. It is their notebook.")}),
    Post("gauge_q", "olha", "A second gauge costs less than the survey will. I have a spare telescope, too.",
         answers="analysis2"),
    Post("gauge_a", "analyst", "Keep it dry. You may be asked for it.", answers="gauge_q"),
    Post("disagree", "samuel", "I read the call the other way round: whoever telephones first wants to talk. Is that so "
         "bad?", answers="analysis"),
    Post("disagree_a", "analyst", "It is not. It is the best news of the month. It is merely not what was said.",
         answers="disagree"),
    Post("poll", "alice", "What shall the next reading evening be about?",
         choices=("Lighthouses", "The river", "Bread", "Silence")),
    Post("spoiler", "noor", "The copyist did it, in the margin, with a different ink.",
         options={"spoiler_text": "How the manuscript mystery of chapter nine ends"}),
    Post("garden", "alice", "The beans are up.", picture="Bean rows under a low evening sun, drawn in a few colours."),
    Post("quiet1", "quiet", "For those who asked: the kettle is on at four.", options={"visibility": "private"}),
    Post("direct1", "samuel", "@alice Could the front page show a photograph on Sundays?",
         options={"visibility": "direct"}),
    Post("water2", "gauge", "06:00 Saltmouth 2.40 m, steady. #water", options={"visibility": "unlisted"}),
)  # fmt: skip

# Title, description, and whose posts they join.
SERIES = (("Harbour & Highlands", "One telephone call, read slowly.", ("analysis", "analysis2")),)

# What an author says in another language too.
TRANSLATIONS = (("bread", "en", texts.BREAD),)

# Who follows whom: everybody follows alice and the analyst, and these.
FOLLOWS = {
    "alice": (
        "maren",
        "samuel",
        "euler_fan",
        "tomoko",
        "noor",
        "olha",
        "jonas",
        "ferris",
        "quiet",
        "gauge",
    ),
    "analyst": ("gauge", "olha", "maren"),
    "maren": ("noor", "samuel", "tomoko"),
    "noor": ("maren", "tomoko"),
    "tomoko": ("noor", "euler_fan", "samuel"),
    "olha": ("samuel", "gauge", "jonas"),
    "jonas": ("euler_fan", "olha"),
    "euler_fan": ("ferris", "jonas", "tomoko"),
    "ferris": ("euler_fan",),
    "samuel": ("olha", "maren", "quiet"),
    "quiet": ("samuel",),
}

BOOSTS = {
    "analysis": ("olha", "alice"),
    "basel": ("ferris", "alice", "jonas"),
    "light": ("noor", "alice"),
    "rain": ("euler_fan",),
    "cranes": ("alice",),
    "margin": ("maren", "alice"),
    "fog": ("olha",),
}

FAVOURITES = {
    "analysis": ("alice", "olha", "maren", "jonas", "ferris"),
    "analysis2": ("olha", "alice", "samuel"),
    "basel": ("ferris", "tomoko", "jonas", "alice", "maren"),
    "basel_tomoko": ("euler_fan", "noor"),
    "light": ("noor", "samuel", "alice", "olha"),
    "rope2": ("alice",),
    "fog": ("maren", "olha", "alice", "tomoko", "noor"),
    "fog_a": ("maren",),
    "bread": ("euler_fan", "alice"),
    "cranes": ("samuel", "alice"),
    "margin": ("maren", "alice", "tomoko"),
    "rain": ("noor", "euler_fan", "samuel"),
    "tools": ("jonas", "euler_fan"),
    "garden": ("jonas", "olha"),
}

VOTES = {"maren": 0, "analyst": 1, "jonas": 2, "tomoko": 3, "olha": 1, "samuel": 3, "ferris": 3}
PINNED = ("analysis", "basel", "light")
