// One visit with masto.js: sign in with a code, publish a post and its continuation, read them back.
import { createOAuthAPIClient, createRestAPIClient } from "./masto.mjs";
import { createInterface } from "node:readline/promises";

const url = process.argv[2];
const lines = createInterface({ input: process.stdin });
const say = (value) => console.log(JSON.stringify(value));
const heard = lines[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await heard.next()).value);

const native = "urn:ietf:wg:oauth:2.0:oob";
const visitor = createRestAPIClient({ url });
const app = await visitor.v1.apps.create({
  clientName: "masto.js",
  redirectUris: native,
  scopes: "read write follow",
});
say({ authorize: `${url}/oauth/authorize?` + new URLSearchParams({
  client_id: app.clientId,
  redirect_uri: native,
  response_type: "code",
  scope: "read write follow",
}) });

const { code, first, second } = await hear();
const oauth = createOAuthAPIClient({ url });
const token = await oauth.token.create({
  grantType: "authorization_code",
  clientId: app.clientId,
  clientSecret: app.clientSecret,
  redirectUri: native,
  code,
});
const masto = createRestAPIClient({ url, accessToken: token.accessToken });
const me = await masto.v1.accounts.verifyCredentials();
const post = await masto.v1.statuses.create({ status: first, visibility: "public" });
const reply = await masto.v1.statuses.create({ status: second, inReplyToId: post.id });
const context = await masto.v1.statuses.$select(post.id).context.fetch();
const home = await masto.v1.timelines.home.list({ limit: 5 });
say({
  username: me.username,
  post: post.url,
  id: post.id,
  content: post.content,
  replies: context.descendants.map((one) => one.id),
  reply: reply.id,
  home: home.map((one) => one.id),
});
lines.close();
