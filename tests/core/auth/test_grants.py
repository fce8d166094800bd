"""Codes under contention: two requests with one code leave nobody with a token."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from stoa.core.auth import apps, grants
from stoa.core.auth.apps import App
from stoa.core.auth.grants import Traded
from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import access_tokens
from tests.make import Make

_app_tokens = Query(
    select(func.count()).select_from(access_tokens).where(access_tokens.c.app_id.is_not(None))
)


async def test_a_code_used_by_two_at_once_is_worth_nothing(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        app, _ = await apps.register(
            conn, name="Reader", redirect_uris=["https://a.example/"], scopes="read", website=None
        )
        code = await grants.issue(
            conn,
            app=app,
            account_id=alice.id,
            redirect_uri="https://a.example/",
            scopes="read",
            challenge=None,
        )
    answers = await asyncio.gather(*(_trade(house, app, code) for _ in range(5)))
    assert sum(answer is not None for answer in answers) <= 1
    async with house.db.read() as conn:
        assert await conn.scalar(_app_tokens) == 0


async def _trade(house: House, app: App, code: str) -> Traded | None:
    async with house.db.write() as conn:
        return await grants.trade(
            conn, app=app, code=code, redirect_uri="https://a.example/", verifier=None
        )
