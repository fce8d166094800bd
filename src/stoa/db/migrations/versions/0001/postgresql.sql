-- owner: core/accounts
CREATE TABLE accounts (
  id BIGINT NOT NULL,
  username TEXT NOT NULL,
  username_key TEXT NOT NULL,
  domain TEXT DEFAULT '' NOT NULL,
  uri TEXT NOT NULL,
  url TEXT NOT NULL,
  actor_type TEXT DEFAULT 'Person' NOT NULL,
  display_name TEXT DEFAULT '' NOT NULL,
  avatar_key TEXT,
  avatar_static_key TEXT,
  avatar_remote_url TEXT,
  avatar_description TEXT DEFAULT '' NOT NULL,
  header_key TEXT,
  header_static_key TEXT,
  header_remote_url TEXT,
  header_description TEXT DEFAULT '' NOT NULL,
  locked BOOLEAN DEFAULT false NOT NULL,
  discoverable BOOLEAN DEFAULT false NOT NULL,
  indexable BOOLEAN DEFAULT false NOT NULL,
  hide_collections BOOLEAN DEFAULT false NOT NULL,
  show_media BOOLEAN DEFAULT true NOT NULL,
  show_media_replies BOOLEAN DEFAULT true NOT NULL,
  show_featured BOOLEAN DEFAULT true NOT NULL,
  memorial BOOLEAN DEFAULT false NOT NULL,
  attribution_domains TEXT DEFAULT '[]' NOT NULL,
  suspended_at BIGINT,
  limited_at BIGINT,
  moved_to_id BIGINT,
  followers_count BIGINT DEFAULT 0 NOT NULL,
  following_count BIGINT DEFAULT 0 NOT NULL,
  statuses_count BIGINT DEFAULT 0 NOT NULL,
  last_status_at BIGINT,
  version INTEGER DEFAULT '1' NOT NULL,
  created_at BIGINT NOT NULL,
  note TEXT DEFAULT '' NOT NULL,
  note_html TEXT DEFAULT '' NOT NULL,
  fields TEXT DEFAULT '[]' NOT NULL,
  CONSTRAINT pk_accounts PRIMARY KEY (id),
  CONSTRAINT uq_accounts_username_key_domain UNIQUE (username_key, domain),
  CONSTRAINT uq_accounts_uri UNIQUE (uri),
  CONSTRAINT fk_accounts_moved_to_id FOREIGN KEY(moved_to_id) REFERENCES accounts (id) ON DELETE SET NULL
);

-- owner: core/auth
CREATE TABLE apps (
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  website TEXT,
  redirect_uris TEXT NOT NULL,
  scopes TEXT NOT NULL,
  client_id TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_apps PRIMARY KEY (id),
  CONSTRAINT uq_apps_client_id UNIQUE (client_id)
);

-- owner: core/media
CREATE TABLE custom_emojis (
  id BIGINT NOT NULL,
  shortcode TEXT NOT NULL,
  domain TEXT DEFAULT '' NOT NULL,
  key TEXT,
  static_key TEXT,
  remote_url TEXT,
  category TEXT,
  visible BOOLEAN DEFAULT true NOT NULL,
  disabled BOOLEAN DEFAULT false NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_custom_emojis PRIMARY KEY (id),
  CONSTRAINT uq_custom_emojis_shortcode_domain UNIQUE (shortcode, domain)
);

-- owner: jobs
CREATE TABLE jobs (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  unique_key TEXT,
  run_at BIGINT NOT NULL,
  locked_until BIGINT,
  attempts BIGINT DEFAULT 0 NOT NULL,
  last_error TEXT DEFAULT '' NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_jobs PRIMARY KEY (id),
  CONSTRAINT uq_jobs_unique_key UNIQUE (unique_key)
);
CREATE INDEX ix_jobs_due ON jobs (run_at, id);

-- owner: core/instances
CREATE TABLE rules (
  id BIGINT NOT NULL,
  position INTEGER NOT NULL,
  text TEXT NOT NULL,
  hint TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_rules PRIMARY KEY (id)
);

-- owner: core/auth
CREATE TABLE secrets (
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  CONSTRAINT pk_secrets PRIMARY KEY (name)
);

-- owner: core/statuses
CREATE TABLE tags (
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_tags PRIMARY KEY (id),
  CONSTRAINT uq_tags_key UNIQUE (key)
);

-- owner: core/auth
CREATE TABLE access_tokens (
  id BIGINT NOT NULL,
  token_hash TEXT NOT NULL,
  app_id BIGINT,
  account_id BIGINT,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  CONSTRAINT pk_access_tokens PRIMARY KEY (id),
  CONSTRAINT uq_access_tokens_token_hash UNIQUE (token_hash),
  CONSTRAINT fk_access_tokens_app_id FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE CASCADE,
  CONSTRAINT fk_access_tokens_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_access_tokens_account_id ON access_tokens (account_id);
CREATE INDEX ix_access_tokens_app_id ON access_tokens (app_id);

-- owner: core/relationships
CREATE TABLE account_notes (
  account_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  comment TEXT NOT NULL,
  CONSTRAINT pk_account_notes PRIMARY KEY (account_id, target_id),
  CONSTRAINT fk_account_notes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_account_notes_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/relationships
CREATE TABLE blocks (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_blocks PRIMARY KEY (id),
  CONSTRAINT uq_blocks_account_id_target_id UNIQUE (account_id, target_id),
  CONSTRAINT fk_blocks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_blocks_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_blocks_target ON blocks (target_id, account_id);

-- owner: core/statuses
CREATE TABLE conversation_mutes (
  account_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  CONSTRAINT pk_conversation_mutes PRIMARY KEY (account_id, conversation_id),
  CONSTRAINT fk_conversation_mutes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/relationships
CREATE TABLE follow_requests (
  id BIGINT NOT NULL,
  follower_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  show_reblogs BOOLEAN DEFAULT true NOT NULL,
  notify BOOLEAN DEFAULT false NOT NULL,
  languages TEXT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_follow_requests PRIMARY KEY (id),
  CONSTRAINT uq_follow_requests_follower_id_target_id UNIQUE (follower_id, target_id),
  CONSTRAINT fk_follow_requests_follower_id FOREIGN KEY(follower_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_follow_requests_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_follow_requests_target ON follow_requests (target_id, id);

-- owner: core/relationships
CREATE TABLE follows (
  id BIGINT NOT NULL,
  follower_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  show_reblogs BOOLEAN DEFAULT true NOT NULL,
  notify BOOLEAN DEFAULT false NOT NULL,
  languages TEXT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_follows PRIMARY KEY (id),
  CONSTRAINT uq_follows_follower_id_target_id UNIQUE (follower_id, target_id),
  CONSTRAINT fk_follows_follower_id FOREIGN KEY(follower_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_follows_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_follows_follower ON follows (follower_id, id);
CREATE INDEX ix_follows_target ON follows (target_id, id);

-- owner: core/statuses
CREATE TABLE idempotency_keys (
  account_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  status_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_idempotency_keys PRIMARY KEY (account_id, key),
  CONSTRAINT fk_idempotency_keys_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/auth
CREATE TABLE invites (
  code TEXT NOT NULL,
  account_id BIGINT,
  max_uses INTEGER,
  uses BIGINT DEFAULT 0 NOT NULL,
  expires_at BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_invites PRIMARY KEY (code),
  CONSTRAINT fk_invites_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL
);

-- owner: core/timelines
CREATE TABLE lists (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  replies_policy TEXT DEFAULT 'list' NOT NULL,
  exclusive BOOLEAN DEFAULT false NOT NULL,
  CONSTRAINT pk_lists PRIMARY KEY (id),
  CONSTRAINT fk_lists_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_lists_account_id ON lists (account_id);

-- owner: core/timelines
CREATE TABLE markers (
  account_id BIGINT NOT NULL,
  timeline TEXT NOT NULL,
  last_read_id BIGINT NOT NULL,
  version INTEGER DEFAULT '1' NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT pk_markers PRIMARY KEY (account_id, timeline),
  CONSTRAINT fk_markers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/relationships
CREATE TABLE mutes (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  hide_notifications BOOLEAN DEFAULT true NOT NULL,
  expires_at BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_mutes PRIMARY KEY (id),
  CONSTRAINT uq_mutes_account_id_target_id UNIQUE (account_id, target_id),
  CONSTRAINT fk_mutes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_mutes_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/auth
CREATE TABLE one_time_tokens (
  token_hash TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  value TEXT DEFAULT '' NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT pk_one_time_tokens PRIMARY KEY (token_hash),
  CONSTRAINT fk_one_time_tokens_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_one_time_tokens_account_id ON one_time_tokens (account_id);

-- owner: core/statuses
CREATE TABLE scheduled_statuses (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  scheduled_at BIGINT NOT NULL,
  params TEXT NOT NULL,
  media_ids TEXT DEFAULT '[]' NOT NULL,
  CONSTRAINT pk_scheduled_statuses PRIMARY KEY (id),
  CONSTRAINT fk_scheduled_statuses_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_scheduled_statuses_account_id ON scheduled_statuses (account_id);

-- owner: core/auth
CREATE TABLE sessions (
  token_hash TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  ip TEXT DEFAULT '' NOT NULL,
  user_agent TEXT DEFAULT '' NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  CONSTRAINT pk_sessions PRIMARY KEY (token_hash),
  CONSTRAINT fk_sessions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);

-- owner: core/statuses
CREATE TABLE statuses (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  uri TEXT NOT NULL,
  url TEXT,
  local BOOLEAN DEFAULT false NOT NULL,
  visibility TEXT NOT NULL,
  quote_policy TEXT DEFAULT 'public' NOT NULL,
  sensitive BOOLEAN DEFAULT false NOT NULL,
  language TEXT,
  in_reply_to_id BIGINT,
  in_reply_to_account_id BIGINT,
  conversation_id BIGINT NOT NULL,
  reblog_of_id BIGINT,
  quote_of_id BIGINT,
  quote_state TEXT,
  app_id BIGINT,
  has_media BOOLEAN DEFAULT false NOT NULL,
  poll_id BIGINT,
  replies_count BIGINT DEFAULT 0 NOT NULL,
  reblogs_count BIGINT DEFAULT 0 NOT NULL,
  favourites_count BIGINT DEFAULT 0 NOT NULL,
  quotes_count BIGINT DEFAULT 0 NOT NULL,
  version INTEGER DEFAULT '1' NOT NULL,
  created_at BIGINT NOT NULL,
  edited_at BIGINT,
  title TEXT,
  spoiler_text TEXT DEFAULT '' NOT NULL,
  content_type TEXT DEFAULT 'text/plain' NOT NULL,
  text TEXT DEFAULT '' NOT NULL,
  content TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_statuses PRIMARY KEY (id),
  CONSTRAINT uq_statuses_uri UNIQUE (uri),
  CONSTRAINT fk_statuses_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_statuses_in_reply_to_id FOREIGN KEY(in_reply_to_id) REFERENCES statuses (id) ON DELETE SET NULL,
  CONSTRAINT fk_statuses_in_reply_to_account_id FOREIGN KEY(in_reply_to_account_id) REFERENCES accounts (id) ON DELETE SET NULL,
  CONSTRAINT fk_statuses_reblog_of_id FOREIGN KEY(reblog_of_id) REFERENCES statuses (id) ON DELETE CASCADE,
  CONSTRAINT fk_statuses_quote_of_id FOREIGN KEY(quote_of_id) REFERENCES statuses (id) ON DELETE SET NULL,
  CONSTRAINT fk_statuses_app_id FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE SET NULL
);
CREATE INDEX ix_statuses_account ON statuses (account_id, id);
CREATE INDEX ix_statuses_conversation ON statuses (conversation_id, id);
CREATE INDEX ix_statuses_in_reply_to_id ON statuses (in_reply_to_id);
CREATE INDEX ix_statuses_local ON statuses (local, id) WHERE visibility = 'public' AND reblog_of_id IS NULL;
CREATE INDEX ix_statuses_public ON statuses (id) WHERE visibility = 'public' AND reblog_of_id IS NULL;
CREATE INDEX ix_statuses_quote_of_id ON statuses (quote_of_id);
CREATE INDEX ix_statuses_reblog_of_id ON statuses (reblog_of_id) WHERE reblog_of_id IS NOT NULL;
CREATE UNIQUE INDEX uq_statuses_reblog ON statuses (account_id, reblog_of_id) WHERE reblog_of_id IS NOT NULL;

-- owner: core/timelines
CREATE TABLE tag_follows (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  tag_id BIGINT NOT NULL,
  CONSTRAINT pk_tag_follows PRIMARY KEY (id),
  CONSTRAINT uq_tag_follows_account_id_tag_id UNIQUE (account_id, tag_id),
  CONSTRAINT fk_tag_follows_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_tag_follows_tag_id FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE
);
CREATE INDEX ix_tag_follows_tag ON tag_follows (tag_id, account_id);

-- owner: core/auth
CREATE TABLE users (
  account_id BIGINT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT DEFAULT 'user' NOT NULL,
  locale TEXT DEFAULT 'en' NOT NULL,
  settings TEXT DEFAULT '{}' NOT NULL,
  reason TEXT DEFAULT '' NOT NULL,
  approved BOOLEAN DEFAULT false NOT NULL,
  confirmed_at BIGINT,
  disabled_at BIGINT,
  last_active_at BIGINT,
  failed_sign_ins BIGINT DEFAULT 0 NOT NULL,
  locked_until BIGINT,
  sign_up_ip TEXT DEFAULT '' NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_users PRIMARY KEY (account_id),
  CONSTRAINT uq_users_email_key UNIQUE (email_key),
  CONSTRAINT fk_users_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/auth
CREATE TABLE authorization_codes (
  code_hash TEXT NOT NULL,
  app_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  redirect_uri TEXT NOT NULL,
  scopes TEXT NOT NULL,
  challenge TEXT,
  expires_at BIGINT NOT NULL,
  token_id BIGINT,
  CONSTRAINT pk_authorization_codes PRIMARY KEY (code_hash),
  CONSTRAINT fk_authorization_codes_app_id FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE CASCADE,
  CONSTRAINT fk_authorization_codes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_authorization_codes_token_id FOREIGN KEY(token_id) REFERENCES access_tokens (id) ON DELETE CASCADE
);

-- owner: core/statuses
CREATE TABLE bookmarks (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  CONSTRAINT pk_bookmarks PRIMARY KEY (id),
  CONSTRAINT uq_bookmarks_account_id_status_id UNIQUE (account_id, status_id),
  CONSTRAINT fk_bookmarks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_bookmarks_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_bookmarks_account ON bookmarks (account_id, id);
CREATE INDEX ix_bookmarks_status_id ON bookmarks (status_id);

-- owner: core/timelines
CREATE TABLE conversations (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  participant_ids TEXT NOT NULL,
  last_status_id BIGINT,
  unread BOOLEAN DEFAULT false NOT NULL,
  CONSTRAINT pk_conversations PRIMARY KEY (id),
  CONSTRAINT uq_conversations_account_id_conversation_id UNIQUE (account_id, conversation_id),
  CONSTRAINT fk_conversations_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_conversations_last_status_id FOREIGN KEY(last_status_id) REFERENCES statuses (id) ON DELETE SET NULL
);
CREATE INDEX ix_conversations_account ON conversations (account_id, last_status_id);
CREATE INDEX ix_conversations_last_status_id ON conversations (last_status_id);

-- owner: core/statuses
CREATE TABLE favourites (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  CONSTRAINT pk_favourites PRIMARY KEY (id),
  CONSTRAINT uq_favourites_account_id_status_id UNIQUE (account_id, status_id),
  CONSTRAINT fk_favourites_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_favourites_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_favourites_account ON favourites (account_id, id);
CREATE INDEX ix_favourites_status ON favourites (status_id, id);

-- owner: core/timelines
CREATE TABLE list_accounts (
  list_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  CONSTRAINT pk_list_accounts PRIMARY KEY (list_id, account_id),
  CONSTRAINT fk_list_accounts_list_id FOREIGN KEY(list_id) REFERENCES lists (id) ON DELETE CASCADE,
  CONSTRAINT fk_list_accounts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_list_accounts_account ON list_accounts (account_id, list_id);

-- owner: core/media
CREATE TABLE media_attachments (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  status_id BIGINT,
  position INTEGER DEFAULT '0' NOT NULL,
  kind TEXT NOT NULL,
  mime TEXT DEFAULT '' NOT NULL,
  description TEXT,
  focus_x FLOAT,
  focus_y FLOAT,
  blurhash TEXT,
  meta TEXT DEFAULT '{}' NOT NULL,
  key TEXT,
  preview_key TEXT,
  remote_url TEXT,
  bytes BIGINT DEFAULT 0 NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_media_attachments PRIMARY KEY (id),
  CONSTRAINT fk_media_attachments_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_media_attachments_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE SET NULL
);
CREATE INDEX ix_media_attachments_account_id ON media_attachments (account_id);
CREATE INDEX ix_media_attachments_status_id ON media_attachments (status_id);

-- owner: core/statuses
CREATE TABLE mentions (
  status_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  CONSTRAINT pk_mentions PRIMARY KEY (status_id, account_id),
  CONSTRAINT fk_mentions_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE,
  CONSTRAINT fk_mentions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_mentions_account ON mentions (account_id, status_id);

-- owner: core/notifications
CREATE TABLE notifications (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  from_account_id BIGINT NOT NULL,
  type TEXT NOT NULL,
  status_id BIGINT,
  group_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_notifications PRIMARY KEY (id),
  CONSTRAINT fk_notifications_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_notifications_from_account_id FOREIGN KEY(from_account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_notifications_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_notifications_account ON notifications (account_id, id);
CREATE INDEX ix_notifications_from_account_id ON notifications (from_account_id);
CREATE INDEX ix_notifications_status_id ON notifications (status_id);

-- owner: core/statuses
CREATE TABLE polls (
  id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  multiple BOOLEAN DEFAULT false NOT NULL,
  hide_totals BOOLEAN DEFAULT false NOT NULL,
  votes_count BIGINT DEFAULT 0 NOT NULL,
  voters_count BIGINT DEFAULT 0 NOT NULL,
  expires_at BIGINT,
  closed_at BIGINT,
  CONSTRAINT pk_polls PRIMARY KEY (id),
  CONSTRAINT fk_polls_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_polls_status_id ON polls (status_id);

-- owner: core/statuses
CREATE TABLE status_edits (
  id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  text TEXT DEFAULT '' NOT NULL,
  content_type TEXT DEFAULT 'text/plain' NOT NULL,
  content TEXT DEFAULT '' NOT NULL,
  title TEXT,
  spoiler_text TEXT DEFAULT '' NOT NULL,
  sensitive BOOLEAN DEFAULT false NOT NULL,
  media TEXT DEFAULT '[]' NOT NULL,
  poll_options TEXT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_status_edits PRIMARY KEY (id),
  CONSTRAINT fk_status_edits_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_status_edits_status_id ON status_edits (status_id);

-- owner: api
CREATE TABLE status_json (
  status_id BIGINT NOT NULL,
  version INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  body BYTEA NOT NULL,
  CONSTRAINT pk_status_json PRIMARY KEY (status_id),
  CONSTRAINT fk_status_json_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);

-- owner: core/statuses
CREATE TABLE status_pins (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  CONSTRAINT pk_status_pins PRIMARY KEY (id),
  CONSTRAINT uq_status_pins_account_id_status_id UNIQUE (account_id, status_id),
  CONSTRAINT fk_status_pins_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_status_pins_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_status_pins_status_id ON status_pins (status_id);

-- owner: core/statuses
CREATE TABLE status_tags (
  tag_id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  CONSTRAINT pk_status_tags PRIMARY KEY (tag_id, status_id),
  CONSTRAINT fk_status_tags_tag_id FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE,
  CONSTRAINT fk_status_tags_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_status_tags_status ON status_tags (status_id);

-- owner: core/timelines
CREATE TABLE timeline_entries (
  owner_id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  CONSTRAINT pk_timeline_entries PRIMARY KEY (owner_id, status_id),
  CONSTRAINT fk_timeline_entries_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_timeline_entries_status ON timeline_entries (status_id);

-- owner: core/statuses
CREATE TABLE poll_options (
  poll_id BIGINT NOT NULL,
  position INTEGER NOT NULL,
  title TEXT NOT NULL,
  votes_count BIGINT DEFAULT 0 NOT NULL,
  CONSTRAINT pk_poll_options PRIMARY KEY (poll_id, position),
  CONSTRAINT fk_poll_options_poll_id FOREIGN KEY(poll_id) REFERENCES polls (id) ON DELETE CASCADE
);

-- owner: core/statuses
CREATE TABLE poll_votes (
  poll_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  position INTEGER NOT NULL,
  CONSTRAINT pk_poll_votes PRIMARY KEY (poll_id, account_id, position),
  CONSTRAINT fk_poll_votes_poll_id FOREIGN KEY(poll_id) REFERENCES polls (id) ON DELETE CASCADE,
  CONSTRAINT fk_poll_votes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- Full-text search: CJK words come as bigrams (core/search).
CREATE TABLE status_search (
  status_id BIGINT NOT NULL PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
  words TSVECTOR NOT NULL
);
CREATE INDEX ix_status_search_words ON status_search USING gin (words);
