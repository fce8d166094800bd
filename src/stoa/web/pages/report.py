"""Telling the moderators of somebody, perhaps of one post of theirs."""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.errors import Invalid, NotFound
from stoa.core.house import House
from stoa.core.moderation import report
from stoa.core.relationships import views as relationship_views
from stoa.db import Connection
from stoa.locales.speaking import gettext_noop
from stoa.web import server, showing
from stoa.web.forms import is_ticked, signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

_CATEGORIES = {
    "spam": gettext_noop("It is spam"),
    "legal": gettext_noop("It is against the law"),
    "other": gettext_noop("Something else"),
}


async def show(request: Request, house: House) -> Response:
    """GET /report with `account` and `post` (ids; one is enough); with `done`, thanks."""
    viewer = await member(request, house)
    return await _form(
        request,
        house,
        viewer,
        _asked(request, "account"),
        _asked(request, "post"),
        done=request.query.get("done") == "1",
    )


async def send(request: Request, house: House) -> Response:
    """POST /report: `account`, `post` (or none), `category`, `rules`, `comment`, `forward`."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    account_id = number(text_of(form, "account", most=20))
    post = text_of(form, "post", most=20)
    given = form.get("rules") or []
    rules = [
        number(str(one)) for one in (given if isinstance(given, list) else [given])[: report.MAX_RULES]
    ]
    comment = text_of(form, "comment").replace("\r\n", "\n")
    try:
        async with house.db.write() as conn:
            await report.report(
                conn,
                viewer.account_id,
                account_id,
                status_ids=[number(post)] if post else [],
                comment=comment,
                category=text_of(form, "category", most=20) or "other",
                rule_ids=rules,
                forward=is_ticked(form, "forward"),
            )
    except Invalid as refusal:
        return await _form(
            request, house, viewer, str(account_id), post, problem=str(refusal), comment=comment
        )
    return responses.redirect(f"/report?account={account_id}&done=1", 303)


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    account: str,
    post: str,
    *,
    problem: str = "",
    comment: str = "",
    done: bool = False,
) -> Response:
    async with house.db.read() as conn:
        shown = await showing.load_some(conn, [number(post)], viewer.account_id) if post else []
        if post and not shown:
            raise NotFound
        target = await _target(conn, shown[0].account.id if shown else number(account), viewer)
        rules = await server.rules(conn)
    return page(
        request,
        house,
        "report.html",
        viewer=viewer,
        status=422 if problem else 200,
        account=target,
        post=shown[0] if shown else None,
        rules=rules,
        categories=_CATEGORIES,
        most=report.MAX_COMMENT,
        problem=problem.replace("Validation failed: ", ""),
        comment=comment,
        done=done,
    )


async def _target(conn: Connection, account_id: int, viewer: Viewer) -> AccountView:
    row = await relationship_views.target(conn, account_id, viewer.account_id)
    if row.suspended_at is not None or account_id == viewer.account_id:
        raise NotFound
    return await account_views.get(conn, account_id)


def _asked(request: Request, name: str) -> str:
    value = request.query.get(name)
    return value if isinstance(value, str) else ""


PAGES: list[Page] = [("GET", "/report", show), ("POST", "/report", send)]
