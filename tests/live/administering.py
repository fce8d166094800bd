"""All that Mastodon.py knows of administration, done by the owner of a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import mastodon

from tests.live.watched import Cast, refused


def administer(cast: Cast) -> None:
    """Reports, accounts, domains, addresses, figures and trends, one after the other."""
    _reports(cast)
    _accounts(cast)
    _domains(cast)
    _addresses(cast)
    _figures_and_trends(cast)


def _reports(cast: Cast) -> None:
    alice, bob = cast.people["alice"], cast.people["bob"]
    spam = bob.status_post("Buy this")
    report = cast.people["carol"].report(bob.me(), [spam], "He sells things", category="spam")
    assert [one.id for one in alice.admin_reports()] == [report.id]
    assert alice.admin_report(report).comment == "He sells things"
    assert alice.admin_report_assign(report).assigned_account.username == "alice"
    assert alice.admin_report_unassign(report).assigned_account is None
    assert alice.admin_report_resolve(report).action_taken
    assert not alice.admin_report_reopen(report).action_taken


def _accounts(cast: Cast) -> None:
    alice = cast.people["alice"]
    mallory = cast.arrive("mallory").me()
    for ask in (alice.admin_accounts, alice.admin_accounts_v1, alice.admin_accounts_v2):
        assert "mallory" in {one["username"] for one in ask()}
    assert alice.admin_account(mallory).email == "mallory@mail.example"
    undo = {
        "none": None, "sensitive": alice.admin_account_unsensitive,
        "silence": alice.admin_account_unsilence, "suspend": alice.admin_account_unsuspend,
        "disable": alice.admin_account_enable,
    }  # fmt: skip
    for action, back in undo.items():
        alice.admin_account_moderate(mallory, action=None if action == "none" else action, text="Well")
        if back:
            assert back(mallory).username == "mallory"
    for decide in (alice.admin_account_approve, alice.admin_account_reject):
        # Whoever was let in already is nobody to decide on.
        refused(mastodon.MastodonAPIError, decide, mallory)
    alice.admin_account_moderate(mallory, action="suspend")
    assert alice.admin_account_delete(mallory)


def _domains(cast: Cast) -> None:
    alice = cast.people["alice"]
    block = alice.admin_create_domain_block("spam.example", severity="silence", private_comment="Spam")
    assert alice.admin_domain_blocks(block.id).domain == "spam.example"
    assert [one.id for one in alice.admin_domain_blocks()] == [block.id]
    assert alice.admin_update_domain_block(block, severity="suspend").severity == "suspend"
    alice.admin_delete_domain_block(block)
    friend = alice.admin_create_domain_allow("friend.example")
    assert alice.admin_domain_allow(friend).domain == "friend.example"
    assert [one.id for one in alice.admin_domain_allows()] == [friend.id]
    alice.admin_delete_domain_allow(friend)


def _addresses(cast: Cast) -> None:
    alice = cast.people["alice"]
    mail = alice.admin_create_email_domain_block("bin.example")
    assert alice.admin_email_domain_block(mail).domain == "bin.example"
    assert [one.id for one in alice.admin_email_domain_blocks()] == [mail.id]
    alice.admin_delete_email_domain_block(mail)
    hashed = alice.admin_create_canonical_email_block(email="mallory@bin.example")
    assert alice.admin_canonical_email_block(hashed).id == hashed.id
    assert hashed.id in [one.id for one in alice.admin_canonical_email_blocks()]
    assert [one.id for one in alice.admin_test_canonical_email_block("mallory@bin.example")] == [hashed.id]
    alice.admin_delete_canonical_email_block(hashed)
    address = alice.admin_create_ip_block("198.51.100.0/24", "no_access", comment="A cellar")
    assert alice.admin_ip_block(address).ip == "198.51.100.0/24"
    assert [one.id for one in alice.admin_ip_blocks()] == [address.id]
    assert alice.admin_update_ip_block(address, severity="sign_up_block").severity == "sign_up_block"
    alice.admin_delete_ip_block(address)


def _figures_and_trends(cast: Cast) -> None:
    alice = cast.people["alice"]
    now = datetime.now(UTC)
    since = now - timedelta(days=3)
    tag = alice.tag("harbour").id
    place = {"domain": "there.example"}
    figures = alice.admin_measures(
        since, now, active_users=True, new_users=True, interactions=True, opened_reports=True,
        resolved_reports=True, tag_accounts=tag, tag_uses=tag, tag_servers=tag,
        instance_accounts="there.example", instance_media_attachments="there.example",
        instance_reports="there.example", instance_statuses="there.example",
        instance_follows="there.example", instance_followers="there.example",
    )  # fmt: skip
    assert len(figures) == 14
    lists = alice.admin_dimensions(
        since, now, languages=True, sources=True, servers=True, space_usage=True, software_versions=True,
        tag_servers=tag, tag_languages=tag, instance_accounts=place["domain"],
        instance_languages=place["domain"],
    )  # fmt: skip
    assert len(lists) == 9
    assert alice.admin_retention(since, now)
    assert alice.admin_trending_links() == []
    alice.admin_trending_statuses()
    alice.admin_trending_tags()
    assert alice.admin_approve_trending_tag(tag).trendable
    assert not alice.admin_reject_trending_tag(tag).trendable
    post = alice.status_post("Worth reading")
    assert alice.admin_approve_trending_status(post).id == post.id
    assert alice.admin_reject_trending_status(post).id == post.id
    for decide in (alice.admin_approve_trending_link, alice.admin_reject_trending_link):
        refused(mastodon.MastodonNotFoundError, decide, 1)
