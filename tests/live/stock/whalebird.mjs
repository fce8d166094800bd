// What apps on megalodon do (Whalebird, Fedistar): ask for everything they show, write, look on.
import library from "./megalodon.cjs";

const [url, hers, his] = process.argv.slice(2);
const generator = library.default;
const alice = generator("mastodon", url, hers);
const bob = generator("mastodon", url, his);
const called = new Set();
const of = (api) => new Proxy(api, {
  get: (_, name) => async (...given) => {
    called.add(name);
    const answer = await api[name](...given);
    return answer?.data ?? answer;
  },
});
const a = of(alice);
const b = of(bob);
const sure = (wanted, what) => {
  if (!wanted) throw new Error(`not so: ${what}`);
};

const me = await a.verifyAccountCredentials();
const him = await b.verifyAccountCredentials();

const socket = await alice.userStreaming();
const heard = new Promise((resolve, reject) => {
  socket.on("update", resolve);
  socket.on("error", reject);
  socket.on("parser-error", reject);
});
await new Promise((resolve) => { socket.on("connect", resolve); });

await a.followAccount(him.id);
const post = await b.postStatus("Seen from the #harbour", { visibility: "public", language: "en" });
sure((await heard).id === post.id, "the socket tells of the post");
socket.stop();

await b.followAccount(me.id);
const reply = await a.postStatus("So it is", { in_reply_to_id: post.id });
sure((await a.getHomeTimeline({ limit: 5 })).some((one) => one.id === post.id), "home");
sure((await a.getPublicTimeline({ limit: 5 })).length > 0, "public");
sure((await a.getLocalTimeline({ limit: 5 })).length > 0, "local");
sure((await a.getTagTimeline("harbour")).length === 1, "tag");
sure((await a.getStatusContext(post.id)).descendants[0].id === reply.id, "thread");
sure((await a.getStatus(post.id)).content.includes("Seen"), "post");
for (const [what, mark] of [["favourite", "favourited"], ["reblog", "reblogged"], ["bookmark", "bookmarked"]]) {
  await a[`${what}Status`](post.id);
  sure((await a.getStatus(post.id))[mark], mark);
}
sure((await a.getStatusFavouritedBy(post.id)).length === 1, "favourited by");
sure((await a.getStatusRebloggedBy(post.id)).length === 1, "boosted by");
sure((await a.getFavourites()).length === 1, "favourites");
sure((await a.getBookmarks()).length === 1, "bookmarks");
sure((await b.getNotifications()).some((one) => one.type === "favourite"), "told");
const told = (await b.getNotifications({ limit: 1 }))[0];
sure((await b.getNotification(told.id)).id === told.id, "one notification");
await b.dismissNotification(told.id);
await b.dismissNotifications();
for (const what of ["unfavourite", "unreblog", "unbookmark", "mute", "unmute"]) await a[`${what}Status`](post.id);
await a.pinStatus(reply.id);
await a.unpinStatus(reply.id);
sure((await a.getStatusSource(reply.id)).text === "So it is", "source");
sure((await a.editStatus(reply.id, { status: "So it was" })).content.includes("was"), "edit");
await a.deleteStatus(reply.id);

const poll = (await b.postStatus("Well?", { poll: { options: ["Yes", "No"], expires_in: 3600 } })).poll;
sure((await a.votePoll(poll.id, [0])).voted, "vote");
sure((await a.getPoll(poll.id)).votes_count === 1, "poll");
const later = await a.postStatus("Later", { scheduled_at: new Date(Date.now() + 9e6).toISOString() });
sure((await a.getScheduledStatuses()).length === 1, "scheduled");
await a.getScheduledStatus(later.id);
await a.scheduleStatus(later.id, new Date(Date.now() + 99e5).toISOString());
await a.cancelScheduledStatus(later.id);

sure((await a.getAccount(him.id)).username === "bob", "account");
sure((await a.lookupAccount("bob")).id === him.id, "lookup");
sure((await a.getAccountStatuses(him.id)).length === 2, "their posts");
sure((await a.getAccountFollowers(him.id)).length === 1, "followers");
sure((await a.getAccountFollowing(him.id)).length === 1, "following");
sure((await a.getRelationship(him.id)).following, "relationship");
sure((await a.getRelationships([him.id, me.id])).length === 2, "relationships");
sure((await a.searchAccount("bob"))[0].id === him.id, "search of people");
sure((await a.search("bob", { type: "accounts" })).accounts.length === 1, "search");
await a.setAccountNote(him.id, "Reads");
for (const what of ["pin", "unpin", "unmute", "block", "unblock"]) await a[`${what}Account`](him.id);
await a.muteAccount(him.id, true);
sure((await a.getMutes()).length === 1, "mutes");
await a.unmuteAccount(him.id);
await a.getBlocks();
await a.blockDomain("spam.example");
sure((await a.getDomainBlocks()).includes("spam.example"), "domains");
await a.unblockDomain("spam.example");
await a.updateCredentials({ display_name: "Alice", fields_attributes: [{ name: "Where", value: "Here" }] });
await b.updateCredentials({ locked: true });
await a.unfollowAccount(him.id);
for (const answer of ["reject", "accept"]) {
  await a.followAccount(him.id);
  sure((await b.getFollowRequests()).length === 1, "follow request");
  await b[`${answer}FollowRequest`](me.id);
}

const list = await a.createList("Crew");
await a.updateList(list.id, "The crew");
sure((await a.getList(list.id)).title === "The crew", "list");
await a.addAccountsToList(list.id, [him.id]);
sure((await a.getAccountsInList(list.id)).length === 1, "in the list");
sure((await a.getAccountLists(him.id)).length === 1, "lists of them");
await a.getListTimeline(list.id);
await a.deleteAccountsFromList(list.id, [him.id]);
await a.deleteList(list.id);
sure((await a.getLists()).length === 0, "lists");
const filter = await a.createFilter("kraken", ["home"]);
await a.updateFilter(filter.id, "krakens", ["home"]);
sure((await a.getFilter(filter.id)).phrase === "krakens", "filter");
await a.deleteFilter(filter.id);
await a.getFilters();
await a.followTag("harbour");
sure((await a.getFollowedTags()).length === 1, "followed tags");
sure((await a.getTag("harbour")).following, "tag");
await a.unfollowTag("harbour");
const tag = await a.createFeaturedTag("harbour");
sure((await a.getFeaturedTags()).length === 1, "featured tags");
await a.deleteFeaturedTag(tag.id);
await b.postStatus("@alice a word", { visibility: "direct" });
const talk = (await a.getConversationTimeline())[0];
await a.readConversation(talk.id);
await a.deleteConversation(talk.id);
await a.saveMarkers({ home: { last_read_id: post.id } });
sure((await a.getMarkers(["home"])).home.last_read_id === post.id, "marker");
sure((await a.report(him.id, { comment: "Loud", category: "other" })).id, "report");
for (const what of [
  "getPreferences", "getEndorsements", "getSuggestedTags", "getSuggestions", "getInstance", "getInstancePeers",
  "getInstanceActivity", "getInstanceTrends", "getInstanceDirectory", "getInstanceCustomEmojis",
  "getInstanceAnnouncements", "verifyAppCredentials",
]) await a[what]();

console.log(JSON.stringify({ called: [...called] }));
process.exit(0);
