"""Every public method of Mastodon.py against a running server: it is answered, and what comes is whole.

A method that a new version of the library brings is missed here until somebody walks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import mastodon
import pytest

from tests.live.administering import administer
from tests.live.fediverse import until
from tests.live.serving import serving
from tests.live.watched import PASSWORD, Cast, Watched, picture, public_methods, refused

# Signing in and streams: test_clients.py, test_streaming.py.
ELSEWHERE = {
    "auth_request_url", "log_in", "stream_direct", "stream_hashtag", "stream_healthy", "stream_list",
    "stream_local", "stream_open_websocket", "stream_public", "stream_user", "stream_user_notifications",
    "revoke_access_token",
    # These ask no server, and packages that nothing else here needs.
    "decode_blurhash", "get_status_length", "push_subscription_decrypt_push",
}  # fmt: skip


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    folder = tmp_path_factory.mktemp("methods")
    with serving(folder) as server:
        for kind in ("terms-of-service", "extended-description"):
            text = folder / f"{kind}.md"
            text.write_text("# What we are\n\nA small place.", encoding="utf-8")
            server.command("document", "set", kind, str(text))
        server.command("announcement", "publish", "The harbour is closed on Monday.")
        server.command("rules", "add", "Be kind.")
        made = Cast(server)
        made.arrive("alice", "owner")
        made.arrive("bob")
        made.arrive("carol")
        yield made


def test_posts(cast: Cast) -> None:
    alice, bob = cast.people["alice"], cast.people["bob"]
    post = alice.status_post("At the #harbour https://example.com/ :)", language="en", spoiler_text="Salt")
    assert alice.status(post).id == post.id
    assert [one.id for one in alice.statuses([post.id])] == [post.id]
    reply = bob.status_reply(post, "So am I")
    assert [one.id for one in alice.status_context(post).descendants] == [reply.id]
    assert bob.status_favourite(post).favourited
    assert bob.status_reblog(post).reblog.reblogged
    assert [one.acct for one in alice.status_favourited_by(post)] == ["bob"]
    assert [one.acct for one in alice.status_reblogged_by(post)] == ["bob"]
    assert bob.status_bookmark(post).bookmarked
    assert [one.id for one in bob.bookmarks()] == [post.id]
    assert [one.id for one in bob.favourites()] == [post.id]
    assert not bob.status_unbookmark(post).bookmarked
    assert not bob.status_unfavourite(post).favourited
    assert not bob.status_unreblog(post).reblogged
    assert alice.status_mute(post).muted
    assert not alice.status_unmute(post).muted
    assert alice.status_pin(post).pinned
    assert not alice.status_unpin(post).pinned
    assert alice.status_source(post).text.startswith("At the")
    assert alice.status_update(post, "Still at the #harbour").edited_at
    assert len(alice.status_history(post)) == 2
    assert alice.status_card(post) is None
    refused(mastodon.MastodonAPIError, alice.status_translate, post, "de")
    quote = bob.status_post("Look", quoted_status_id=post)
    assert [one.id for one in alice.status_quotes(post)] == [quote.id]
    assert alice.status_quote_revoke(post, quote).id == quote.id
    assert alice.status_update_quote_approval_policy(post, "nobody").id == post.id
    gone = alice.toot("Nothing to see")
    alice.status_delete(gone)
    refused(mastodon.MastodonNotFoundError, alice.status, gone)
    later = alice.status_post("Tomorrow", scheduled_at=datetime.now(UTC) + timedelta(days=1))
    assert [one.id for one in alice.scheduled_statuses()] == [later.id]
    assert alice.scheduled_status(later).id == later.id
    moved = datetime.now(UTC) + timedelta(days=2)
    assert abs(alice.scheduled_status_update(later, moved).scheduled_at - moved) < timedelta(seconds=1)
    alice.scheduled_status_delete(later)
    asked = alice.status_post("Well?", poll=alice.make_poll(["Yes", "No"], 3600, multiple=True))
    assert bob.poll_vote(asked.poll, [0, 1]).own_votes == [0, 1]
    assert alice.poll(asked.poll).votes_count == 2


def test_files(cast: Cast) -> None:
    alice = cast.people["alice"]
    media = alice.media_post(picture(), "image/png", description="Red", focus=(0.5, -0.5), synchronous=True)
    assert alice.media(media).id == media.id
    assert alice.media_update(media, description="All red").description == "All red"
    post = alice.status_post("With a picture", media_ids=[media])
    change = alice.generate_media_edit_attributes(media, description="Very red")
    changed = alice.status_update(post, "With a picture", media_attributes=[change])
    assert changed.media_attachments[0].description == "Very red"
    assert alice.account_statuses(alice.me(), only_media=True)[0].id == post.id


def test_people(cast: Cast) -> None:
    alice, bob, carol = (cast.people[name] for name in ("alice", "bob", "carol"))
    me, him, her = alice.account_verify_credentials(), bob.me(), carol.me()
    assert alice.account(him).acct == "bob"
    assert {one.acct for one in alice.accounts([him, her])} == {"bob", "carol"}
    assert alice.account_lookup("bob").id == him.id
    assert alice.account_search("bob")[0].id == him.id
    assert alice.account_follow(him, notify=True).following
    assert bob.follows("alice").following
    assert [one.id for one in bob.account_followers(him)] == [me.id]
    assert [one.id for one in alice.account_following(me)] == [him.id]
    assert carol.account_follow(him).following
    assert carol.account_follow(me).following
    assert carol.account_familiar_followers([me, him])[0].id == me.id
    assert alice.account_relationships([him, her])[0].following
    assert alice.account_note_set(him, "Reads a lot").note == "Reads a lot"
    assert alice.account_endorse(him).endorsed
    assert [one.id for one in alice.endorsements()] == [him.id]
    assert not alice.account_unendorse(him).endorsed
    assert alice.account_pin(him).endorsed
    assert not alice.account_unpin(him).endorsed
    assert not alice.account_remove_from_followers(her).followed_by
    assert alice.account_mute(her, duration=600).muting
    assert [one.id for one in alice.mutes()] == [her.id]
    assert not alice.account_unmute(her).muting
    assert alice.account_block(her).blocking
    assert [one.id for one in alice.blocks()] == [her.id]
    assert not alice.account_unblock(her).blocking
    alice.domain_block("there.example")
    assert list(alice.domain_blocks()) == ["there.example"]
    alice.domain_unblock("there.example")
    bob.account_update_credentials(
        locked=True, display_name="Bob", note="Reads", fields=[("Where", "Here")]
    )
    assert carol.account_unfollow(him).following is False
    for answer in (bob.follow_request_reject, bob.follow_request_authorize):
        assert carol.account_follow(him).requested
        assert [one.id for one in bob.follow_requests()] == [her.id]
        answer(her)
    bob.account_update_credentials(locked=False, avatar=picture(), avatar_mime_type="image/png")
    bob.account_update_credentials(header=picture(), header_mime_type="image/png")
    assert bob.account_delete_avatar().acct == "bob"
    assert bob.account_delete_header().acct == "bob"
    assert bob.profile_update(note="Reads and writes", show_media=True).note
    assert bob.profile().display_name == "Bob"
    assert bob.preferences()
    assert alice.account_lists(him) == []
    assert bob.account_update_credentials(discoverable=True).discoverable
    assert him.id in [one.id for one in alice.directory(local=True)]
    for suggest in (alice.suggestions, alice.suggestions_v1, alice.suggestions_v2):
        suggest()
    alice.suggestion_delete(her)
    refused(mastodon.MastodonAPIError, alice.email_resend_confirmation)


def test_timelines_lists_and_tags(cast: Cast) -> None:
    alice, bob = cast.people["alice"], cast.people["bob"]
    him = bob.me()
    alice.account_follow(him)
    posts = [bob.status_post(f"Number {number} of the #harbour") for number in range(5)]
    first = alice.timeline_home(limit=2)
    assert [one.id for one in first] == [posts[4].id, posts[3].id]
    second = alice.fetch_next(first)
    assert [one.id for one in second] == [posts[2].id, posts[1].id]
    assert [one.id for one in alice.fetch_previous(second)] == [one.id for one in first]
    assert len(alice.fetch_remaining(first)) >= 5
    assert len(list(alice.pagination_iterator(first))) >= 5
    assert len(list(alice.pagination_page_iterator(first))) >= 3
    assert alice.get_pagination_info(first, "next")["max_id"]
    for timeline in (alice.timeline, alice.timeline_public, alice.timeline_local):
        assert posts[4].id in [one.id for one in timeline()]
    assert posts[4].id in [one.id for one in alice.timeline_hashtag("harbour", local=True)]
    refused(mastodon.MastodonNotFoundError, alice.timeline_link, "https://example.com/nobody/shared")
    assert alice.timeline_is_available("public", local=True)
    made = alice.list_create("Sailors", replies_policy="none", exclusive=False)
    assert alice.list(made).title == "Sailors"
    assert alice.list_update(made, "Crew", replies_policy="list").title == "Crew"
    assert [one.id for one in alice.lists()] == [made.id]
    alice.list_accounts_add(made, [him])
    assert [one.id for one in alice.list_accounts(made)] == [him.id]
    assert [one.id for one in alice.account_lists(him)] == [made.id]
    later = bob.status_post("Aye aye")
    assert later.id in [one.id for one in alice.timeline_list(made)]
    alice.list_accounts_delete(made, [him])
    alice.list_delete(made)
    assert alice.tag("harbour").name == "harbour"
    assert alice.tag_follow("harbour").following
    assert [one.name for one in alice.followed_tags()] == ["harbour"]
    assert not alice.tag_unfollow("harbour").following
    assert bob.tag_feature("harbour").featuring
    assert [one.name for one in bob.featured_tags()] == ["harbour"]
    assert bob.account_featured_tags(him)
    assert not bob.tag_unfeature("harbour").featuring
    bob.featured_tag_delete(bob.featured_tag_create("harbour"))
    bob.featured_tag_suggestions()
    for search in (alice.search, alice.search_v2):
        assert [one.id for one in search("bob").accounts] == [him.id]
    refused(mastodon.MastodonNotFoundError, alice.search_v1, "bob")  # Gone since Mastodon 3.0.
    now = alice.markers_set("home", posts[4])
    assert str(alice.markers_get("home")["home"].last_read_id) == str(now["home"].last_read_id)
    for trend in (alice.trends, alice.trending_tags, alice.trending_statuses, alice.trending_links):
        trend()


def test_notifications_and_conversations(cast: Cast) -> None:
    alice, bob = cast.people["alice"], cast.people["bob"]
    alice.notifications_clear()
    post = alice.status_post("Good morning")
    for one in (bob, cast.people["carol"]):
        one.status_favourite(post)
    bob.status_post("@alice a word", visibility="direct")
    told = alice.notifications()
    assert {one.type for one in told} == {"favourite", "mention"}
    assert alice.notifications(id=told[0].id).id == told[0].id
    assert alice.notifications_unread_count().count == 3
    assert alice.unread_grouped_notifications_count() == 2
    groups = alice.grouped_notifications().notification_groups
    together = next(one for one in groups if one.type == "favourite")
    assert (
        alice.grouped_notification(together.group_key).notification_groups[0].group_key
        == together.group_key
    )
    assert len(alice.grouped_notification_accounts(together.group_key)) == 2
    alice.dismiss_grouped_notification(together.group_key)
    alice.notifications_dismiss(told[0])
    talk = alice.conversations()[0]
    assert alice.conversations_read(talk).unread is False
    policy = alice.update_notifications_policy(for_not_following="filter", for_private_mentions="filter")
    assert policy.for_not_following == "filter"
    answers = [
        (alice.accept_notification_request, False), (alice.dismiss_notification_request, False),
        (alice.accept_multiple_notification_requests, True),
        (alice.dismiss_multiple_notification_requests, True),
    ]  # fmt: skip
    for number, (answer, several) in enumerate(answers):
        stranger = cast.arrive(f"stranger{number}")
        stranger.status_reply(alice.status(post), "@alice excuse me")
        wish = until(alice.notification_requests)[0]
        assert alice.notification_request(wish).account.acct == f"stranger{number}"
        answer([wish] if several else wish)
    assert until(alice.notifications_merged)
    assert alice.notifications_policy().for_not_following == "filter"
    alice.update_notifications_policy(for_not_following="accept", for_private_mentions="accept")


def test_filters(cast: Cast) -> None:
    alice = cast.people["alice"]
    old = alice.filter_create("kraken", ["home"])
    assert alice.filter(old).phrase == "kraken"
    assert alice.filter_update(old, phrase="krakens", context=["home"], whole_word=True).phrase == "krakens"
    caught = alice.status_post("On krakens")
    assert alice.filters_apply(alice.timeline_home(limit=1), alice.filters(), "home") == []
    alice.filter_delete(old)
    new = alice.create_filter_v2("Monsters", ["home", "public"], "warn")
    assert alice.filter_v2(new).title == "Monsters"
    assert alice.update_filter_v2(new, title="Sea monsters", filter_action="hide").filter_action == "hide"
    word = alice.add_filter_keyword_v2(new, "leviathan", whole_word=True)
    assert [one.id for one in alice.filter_keywords_v2(new)] == [word.id]
    alice.delete_filter_keyword_v2(word)
    post = alice.add_filter_status_v2(new, caught)
    assert [one.id for one in alice.filter_statuses_v2(new)] == [post.id]
    assert alice.filter_status_v2(post).status_id == caught.id
    alice.delete_filter_status_v2(post)
    assert [one.id for one in alice.filters_v2()] == [new.id]
    alice.delete_filter_v2(new)


def test_collections(cast: Cast) -> None:
    alice, bob = cast.people["alice"], cast.people["bob"]
    me, him = alice.me(), bob.me()
    for one in (bob, cast.people["carol"]):
        one.account_update_credentials(discoverable=True)
    made = alice.collection_create("Writers", description="Read them", account_ids=[him]).collection
    assert alice.collection(made).collection.name == "Writers"
    assert alice.collection_update(made, name="Good writers").collection.name == "Good writers"
    assert alice.account_collections(me).collections[0].id == made.id
    assert bob.account_in_collections(him).collections[0].id == made.id
    item = alice.collection(made).collection["items"][0]
    bob.collection_item_revoke(made, item)
    other = alice.collection_item_add(made, cast.people["carol"].me()).collection_item
    alice.collection_item_delete(made, other)
    alice.collection_delete(made)


def test_the_server_and_the_app(cast: Cast) -> None:
    alice = cast.people["alice"]
    for ask in (alice.instance, alice.instance_v1, alice.instance_v2):
        assert "localhost" in str(ask())
    assert alice.instance_rules()[0].text == "Be kind."
    # Mastodon.py looks for a bare "OK"; the documentation of Mastodon has an object, and so have we.
    assert alice.instance_health() is False
    assert alice.instance_nodeinfo().software.name == "stoa"
    assert "small place" in alice.instance_extended_description().content
    assert "small place" in alice.instance_terms_of_service().content
    assert alice.instance_activity()
    # Mastodon answers this one without ever having documented it.
    refused(mastodon.MastodonNotFoundError, alice.instance_languages)
    assert alice.instance_peers() == []
    assert alice.instance_domain_blocks() == []
    assert alice.instance_translation_languages() == {}
    assert alice.custom_emojis() == []
    notice = alice.announcements()[0]
    alice.announcement_reaction_create(notice, "🎉")
    alice.announcement_reaction_delete(notice, "🎉")
    alice.announcement_dismiss(notice)
    assert alice.app_verify_credentials()
    assert alice.oauth_authorization_server_info().token_endpoint
    # It wants https for this one; tests/api has it.
    refused(mastodon.errors.MastodonIllegalArgumentError, alice.oauth_userinfo)
    version = alice.retrieve_mastodon_version()
    assert alice.verify_minimum_version("4.3.0")
    assert version == alice.get_supported_version() or version
    assert alice.get_approx_server_time()
    alice.set_language("en")
    alice.clear_caches()
    year = datetime.now(UTC).year - 1
    alice.annual_reports()
    assert alice.annual_report_state(year)
    for ask in (alice.annual_report, alice.annual_report_read):
        refused(mastodon.MastodonAPIError, ask, year)
    begun = alice.annual_report_generate(year)
    alice.get_async_refresh_info(begun)
    refused(mastodon.MastodonNotFoundError, alice.get_async_refresh_status, "nothing")
    assert alice.await_async_refresh(alice.me()).acct == "alice"
    _, public = alice.push_subscription_generate_keys()
    made = alice.push_subscription_set("https://push.example/1", public, mention_events=True)
    assert alice.push_subscription().id == made.id
    assert alice.push_subscription_update(mention_events=False).alerts.mention is False
    alice.push_subscription_delete()


def test_administration(cast: Cast) -> None:
    administer(cast)


def test_signing_up_and_out(cast: Cast) -> None:
    base = cast.server.base
    client_id, secret = mastodon.Mastodon.create_app("Sign-up", api_base_url=base)
    cast.called.add("create_app")
    app = mastodon.Mastodon(client_id=client_id, client_secret=secret, api_base_url=base)
    newcomer = Watched(app, cast.called, cast.flawed)
    newcomer.create_account("nora", PASSWORD, "nora@mail.example", agreement=True)
    assert newcomer.persistable_login_credentials()
    refused(mastodon.MastodonVersionError, newcomer.reports)  # Gone since Mastodon 2.5.


def test_every_method_was_walked_and_everything_was_whole(cast: Cast) -> None:
    assert public_methods() - cast.called == ELSEWHERE
    assert cast.flawed == set()
