"""Making an account through an app, and confirming its e-mail.

Mastodon: methods/accounts#create, methods/emails.
"""

from __future__ import annotations

import msgspec

from stoa.api.routes.oauth import entity as token_entity
from stoa.api.routing import Call, route
from stoa.asgi import responses
from stoa.asgi.responses import Response
from stoa.core.accounts import names
from stoa.core.auth import apps, letters, passwords, tokens, users
from stoa.core.auth.credentials import locale_of
from stoa.core.auth.register import Joining, check, register
from stoa.core.auth.throttle import network, throttles
from stoa.core.errors import Forbidden, Invalid


class _Join(msgspec.Struct):
    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str = "en"
    reason: str = ""
    invite_code: str = ""
    date_of_birth: str = ""


class _Resend(msgspec.Struct):
    email: str = ""


async def join(call: Call) -> Response:
    """Token of the new account; it works as soon as the account is confirmed and approved."""
    asked = await call.args(_Join)
    house = call.house
    assert call.token is not None
    joining = Joining(
        username=asked.username.strip(),
        email=asked.email.strip(),
        password=asked.password,
        agreement=asked.agreement,
        locale=locale_of(asked.locale),
        reason=asked.reason.strip(),
        invite=asked.invite_code.strip(),
        ip=call.request.client_ip,
        app_id=call.token.app_id,
    )
    await check(house.db, joining, house.settings)
    if house.settings.rate_limits == "on":
        throttles(house.db).registrations.use(network(call.request.client_ip))
    password_hash = await passwords.hashed(joining.password)
    async with house.db.write() as conn:
        account_id = await register(conn, joining, password_hash, house.settings, house.addresses)
        scopes = call.token.scopes
        if call.token.app_id is not None:
            scopes = (await apps.get(conn, call.token.app_id)).scopes
        made = await tokens.create(conn, scopes=scopes, app_id=call.token.app_id, account_id=account_id)
    return responses.json(token_entity(made, scopes))


async def send_confirmation(call: Call) -> Response:
    """{}: the letter with the confirmation link is sent again, to another address if one is given."""
    asked = await call.args(_Resend)
    house = call.house
    email = asked.email.strip()
    if house.settings.rate_limits == "on":
        throttles(house.db).letters_of_account.use(str(call.me))
        throttles(house.db).letters_of_place.use(network(call.request.client_ip))
    async with house.db.write() as conn:
        user = await users.get(conn, call.me)
        if user.confirmed_at is not None:
            raise Forbidden("This method is only available while the e-mail is awaiting confirmation")
        if email and email.lower() != user.email.lower():
            wrong = names.email_problems(email, loopback=house.settings.is_loopback)
            if wrong:
                raise Invalid({"email": wrong})
            await letters.change_unconfirmed_email(conn, call.me, email)
        await letters.ask_to_confirm(conn, call.me)
    return responses.json({})


async def check_confirmation(call: Call) -> Response:
    """true or false: whether the e-mail is confirmed."""
    async with call.house.db.read() as conn:
        user = await users.get(conn, call.me)
    return responses.json(user.confirmed_at is not None)


ROUTES = [
    route("POST", "/api/v1/accounts", join, auth="app", scopes="write:accounts"),
    route("POST", "/api/v1/emails/confirmations", send_confirmation, auth="pending"),
    route("GET", "/api/v1/emails/check_confirmation", check_confirmation, auth="pending"),
]
