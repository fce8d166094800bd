"""Moving house: which other accounts a member is, and to which of them they go on."""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.auth import users
from stoa.core.auth.sign_in import WrongPassword, confirm_password
from stoa.core.auth.throttle import throttles
from stoa.core.errors import Forbidden, NotFound, TooMany, Unprocessable
from stoa.core.house import House
from stoa.core.relationships import move
from stoa.core.search import addresses
from stoa.locales.speaking import gettext_noop
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

MAX_ACCT = 400

_NOBODY = gettext_noop("Nobody was found under that address just now. It looks like @name@server.example.")


async def show_aliases(request: Request, house: House) -> Response:
    """GET /settings/aliases."""
    return await _aliases(request, house, await member(request, house))


async def change_aliases(request: Request, house: House) -> Response:
    """POST /settings/aliases: one more (`acct`), or one less (`remove`: the id of its actor)."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    gone = text_of(form, "remove", most=2_048)
    acct = text_of(form, "acct", most=MAX_ACCT).strip()
    if gone:
        async with house.db.write() as conn:
            await move.remove_alias(conn, viewer.account_id, gone)
        return responses.redirect("/settings/aliases", 303)
    try:
        other_id = await _find(house, viewer, acct)
        async with house.db.write() as conn:
            await move.add_alias(conn, viewer.account_id, other_id)
    except NotFound:
        return await _aliases(request, house, viewer, problem=_NOBODY, acct=acct)
    except (Forbidden, Unprocessable) as refusal:
        return await _aliases(request, house, viewer, problem=str(refusal), acct=acct)
    return responses.redirect("/settings/aliases", 303)


async def show_move(request: Request, house: House) -> Response:
    """GET /settings/move."""
    return await _move(request, house, await member(request, house))


async def change_home(request: Request, house: House) -> Response:
    """POST /settings/move: to `acct`, with the `password`; or, with `stay`, not after all."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    if text_of(form, "stay", most=10):
        async with house.db.write() as conn:
            await move.stay(conn, viewer.account_id)
        return responses.redirect("/settings/move", 303)
    acct = text_of(form, "acct", most=MAX_ACCT).strip()
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    try:
        await confirm_password(
            house.db,
            user,
            text_of(form, "password"),
            ip=request.client_ip,
            throttled=house.settings.rate_limits == "on",
        )
        target_id = await _find(house, viewer, acct, fresh=True)
        async with house.db.write() as conn:
            await move.move(conn, viewer.account_id, target_id)
    except WrongPassword:
        return await _move(request, house, viewer, acct=acct, errors={"password": "is wrong"})
    except NotFound:
        return await _move(request, house, viewer, problem=_NOBODY, acct=acct)
    except (Forbidden, Unprocessable, TooMany) as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        return await _move(request, house, viewer, problem=str(refusal), acct=acct, status=status)
    return responses.redirect("/settings/move", 303)


async def _find(house: House, viewer: Viewer, acct: str, *, fresh: bool = False) -> int:
    """Whom *acct* names, here or elsewhere (asked there, if need be in any case).  Raises NotFound."""
    wanted = acct.removeprefix("acct:").removeprefix("@")
    elsewhere = addresses.is_elsewhere(wanted, house.addresses) and not addresses.is_address(wanted)
    if elsewhere:
        if house.settings.rate_limits == "on":
            throttles(house.db).lookups.use(str(viewer.account_id))
        found = await house.resolver.account(wanted, fresh=fresh)
    else:
        async with house.db.read() as conn:
            found = await account_views.find_by_acct(conn, wanted, house.settings.domain)
    if found is None:
        raise NotFound
    return found


async def _aliases(
    request: Request, house: House, viewer: Viewer, *, problem: str = "", acct: str = ""
) -> Response:
    async with house.db.read() as conn:
        named = await move.aliases(conn, viewer.account_id)
        people = await account_views.load(conn, [one.account_id for one in named if one.account_id])
    return page(
        request,
        house,
        "auth/aliases.html",
        viewer=viewer,
        status=422 if problem else 200,
        aliases=[(one.uri, people.get(one.account_id or 0)) for one in named],
        problem=problem,
        acct=acct,
    )


async def _move(
    request: Request,
    house: House,
    viewer: Viewer,
    *,
    problem: str = "",
    errors: dict[str, str] | None = None,
    acct: str = "",
    status: int = 422,
) -> Response:
    async with house.db.read() as conn:
        account = await account_views.get(conn, viewer.account_id)
        moved = await account_views.load(conn, [account.moved_to_id]) if account.moved_to_id else {}
        user = await users.get(conn, viewer.account_id)
    return page(
        request,
        house,
        "auth/move.html",
        viewer=viewer,
        status=status if problem or errors else 200,
        account=account,
        moved_to=moved.get(account.moved_to_id or 0),
        email=user.email,
        days=move.COOLDOWN_DAYS,
        problem=problem,
        errors=errors or {},
        acct=acct,
    )


PAGES: list[Page] = [
    ("GET", "/settings/aliases", show_aliases),
    ("POST", "/settings/aliases", change_aliases),
    ("GET", "/settings/move", show_move),
    ("POST", "/settings/move", change_home),
]
