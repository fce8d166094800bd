"""Every page that there is, of a house in which there is something of everything.

The addresses are those of the program's own routes; a new one that is not named here fails
`test_every_page`.
"""

from __future__ import annotations

from collections.abc import Mapping

from stoa import ids
from stoa.core.accounts import store as accounts
from stoa.core.accounts import views
from stoa.core.auth import apps
from stoa.core.collections import curate as collections
from stoa.core.drafts import model
from stoa.core.drafts import store as drafts
from stoa.core.filters import change as filters
from stoa.core.house import House
from stoa.core.instances import documents, rules
from stoa.core.moderation import act
from stoa.core.policy.draft import Draft
from stoa.core.series import curate as series
from stoa.core.statuses import author_translations, schedule
from stoa.core.statuses.edit import edit
from stoa.core.statuses.publish import publish
from stoa.db import Connection
from stoa.text import Passage

OOB = "urn:ietf:wg:oauth:2.0:oob"

# What no page is, or leads elsewhere at once, or needs what only another test can have.
NO_PAGES = frozenset(
    {
        "/robots.txt", "/manifest.webmanifest", "/@{acct}.rss", "/@{acct}.atom", "/tags/{tag}.rss",
        "/sign-in/passkey", "/@{acct}/{id}/read.epub", "/@{acct}/series/{id}/read.epub",
        "/@{acct}/series/{id}.rss", "/@{acct}/series/{id}.atom", "/settings/export/{name}",
        "/settings/export/archive.zip", "/write/complete", "/oauth/authorize/native",
        "/auth/sign_in", "/auth/sign_up",
        "/@{acct}/wrapstodon/{year}/{key}",
    }
)  # fmt: skip
SAID = {
    "/tags/{tag}": ["/tags/maths", "/tags/nothing"],
    "/terms-of-service/{day}": ["/terms-of-service/2026-01-01"],
    "/collections/{id}": ["/collections/{collection}"],
    "/@{acct}/collections": ["/@ada/collections"],
    "/posts/{id}": ["/posts/{reply7}"],
    "/drafts/{id}": ["/drafts/{draft}"],
    "/drafts/{id}/revisions": ["/drafts/{draft}/revisions"],
    "/posts/{id}/translations": ["/posts/{part}/translations", "/posts/{part}/translations?language=de"],
    "/settings/filters/{id}": ["/settings/filters/{filter}"],
    "/@{acct}/{id}/history": ["/@ada/{edited}/history"],
    "/interact": ["/interact?post={essay}", "/interact?post={essay}&do=boost&handle=nonsense"],
    "/lists/{id}": ["/lists/{list}"],
    "/lists/{id}/edit": ["/lists/{list}/edit?q=bob"],
    "/people/{id}/lists": ["/people/{bob_id}/lists"],
    "/people/{id}/follow": ["/people/{bob_id}/follow"],
    "/oauth/authorize": ["/oauth/authorize?response_type=code&client_id={client}&redirect_uri={oob}"],
    "/@{acct}/{id}": [
        "/@ada/{essay}", "/@ada/{maths}", "/@ada/{maths}?plain=1", "/@omar/{arabic}", "/@bob/{warned}",
        "/@bob/{poll}", "/@ada/{part}?in=de", "/@ada/{private}",
    ],
    "/@{acct}/{id}/embed": ["/@ada/{maths}/embed"],
    "/@{acct}": ["/@ada", "/@bob"],
    "/@{acct}/with_replies": ["/@ada/with_replies"],
    "/@{acct}/media": ["/@ada/media"],
    "/@{acct}/followers": ["/@ada/followers"],
    "/@{acct}/following": ["/@ada/following"],
    "/@{acct}/{id}/read": ["/@ada/{essay}/read"],
    "/@{acct}/series": ["/@ada/series"],
    "/@{acct}/series/{id}": ["/@ada/series/{series}"],
    "/@{acct}/series/{id}/read": ["/@ada/series/{series}/read"],
    "/series/{id}/edit": ["/series/{series}/edit"],
    "/posts/{id}/reply": ["/posts/{maths}/reply", "/posts/{maths}/reply?paragraph=0"],
    "/disputes/strikes/{id}": ["/disputes/strikes/{strike}"],
    "/authorize_interaction": [
        "/authorize_interaction?uri=@bob&intent=follow", "/authorize_interaction?uri=@nobody",
    ],
    "/share": ["/share?text=Hello&title=On+porches"],
    "/report": ["/report?account={bob_id}"],
    "/search": ["/search", "/search?q=porch"],
    "/notifications": ["/notifications", "/notifications?kind=likes"],
    "/posts/{id}/favourited": ["/posts/{essay}/favourited"],
    "/posts/{id}/boosted": ["/posts/{essay}/boosted"],
}  # fmt: skip
NOT_THERE = ("/nothing/here", "/authorize_interaction?uri=@nobody")
"""Pages that say so."""
# These pages are another for visitors.
OPEN = [
    "/", "/about", "/public", "/public/local", "/explore", "/tags/maths", "/@ada", "/@ada/with_replies",
    "/@ada/followers", "/@ada/{essay}", "/@ada/{essay}/read", "/@ada/{maths}", "/@omar/{arabic}",
    "/@bob/{warned}", "/@bob/{poll}", "/posts/{reply7}", "/interact?post={essay}", "/sign-in", "/sign-up",
    "/password/forgot", "/nothing/here", "/@ada/series/{series}", "/@ada/series/{series}/read",
    "/@ada/{part}?in=de", "/search?q=porch",
]  # fmt: skip


def paths(route: str) -> list[str]:
    """The addresses to look at for *route*; `{names}` are keys of what `fill` gives."""
    if route in SAID:
        return SAID[route]
    if route.startswith("/posts/{id}/"):
        return [route.replace("{id}", "{maths}")]
    return [route]


async def fill(house: House, posts: Mapping[str, str]) -> dict[str, str]:
    """What the village lacks, and by which ids it is found."""
    found: dict[str, object] = {**posts, "oob": OOB}
    async with house.db.write() as conn:
        ada, bob = await _account(conn, "ada"), await _account(conn, "bob")
        for one in (ada, bob):
            await accounts.change(conn, one, discoverable=True)
        app, _ = await apps.register(conn, name="An app", redirect_uris=[OOB], scopes="read", website=None)
        kept = await drafts.save(conn, ada, "k", model.Words(title="Half", text="# One\n\nTwo"), version=0)
        assert isinstance(kept, model.Draft)
        people = collections.Change(name="Good people", description="All of them", tag_name="maths")
        made = await series.create(conn, ada, house.addresses, title="On the porch")
        await series.put(conn, ada, made, [int(posts["essay"])])
        rain = await filters.create(
            conn, ada, title="Weather", contexts=["home"], words=[filters.Word(keyword="rain")]
        )
        where = (house.settings, house.addresses)
        said = Draft(account_id=ada, language="de", text="Und so geht es weiter.")
        await author_translations.put(conn, ada, int(posts["part"]), said, *where)
        aside = Draft(
            account_id=bob, text="Slowly.", in_reply_to_id=int(posts["maths"]), passage=Passage("grows")
        )
        await publish(conn, aside, *where)
        edited = await publish(conn, Draft(account_id=ada, text="Before the edit."), *where)
        await edit(conn, edited, Draft(account_id=ada, text="After the edit."), *where)
        later = Draft(account_id=ada, text="Tomorrow.")
        await schedule.schedule(conn, later, ids.now_ms() + 24 * 3_600_000, *where)
        await documents.put(conn, "terms_of_service", "# Terms\n\nBe kind.", "2026-01-01")
        await documents.put(conn, "privacy_policy", "# Privacy\n\nNothing leaves.")
        await rules.add(conn, "Be kind.", "Always.")
        strike = await act.act(conn, bob, "owner", ada, "none", text="Too loud.")
        found |= {
            "bob_id": bob, "client": app.client_id, "draft": kept.id, "series": made, "filter": rain.id,
            "collection": await collections.create(conn, ada, people, house.addresses, members=[bob]),
            "edited": edited, "strike": strike,
        }  # fmt: skip
    return {name: str(one) for name, one in found.items()}


async def _account(conn: Connection, name: str) -> int:
    found = await views.find_by_acct(conn, name, "")
    assert found is not None
    return found
