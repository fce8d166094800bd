-- owner: core/announcements
CREATE TABLE announcements (
  id BIGINT NOT NULL,
  text TEXT NOT NULL,
  content TEXT NOT NULL,
  starts_at BIGINT,
  ends_at BIGINT,
  all_day BOOLEAN DEFAULT false NOT NULL,
  published_at BIGINT,
  publish_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT pk_announcements PRIMARY KEY (id)
);
CREATE INDEX ix_announcements_publish ON announcements (publish_at);

-- owner: core/auth
CREATE TABLE canonical_email_blocks (
  id BIGINT NOT NULL,
  hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_canonical_email_blocks PRIMARY KEY (id),
  CONSTRAINT uq_canonical_email_blocks_hash UNIQUE (hash)
);

-- owner: core/instances
CREATE TABLE documents (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  content TEXT NOT NULL,
  effective_on TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_documents PRIMARY KEY (id),
  CONSTRAINT uq_documents_kind_effective_on UNIQUE (kind, effective_on)
);

-- owner: core/auth
CREATE TABLE email_domain_blocks (
  id BIGINT NOT NULL,
  domain TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_email_domain_blocks PRIMARY KEY (id),
  CONSTRAINT uq_email_domain_blocks_domain UNIQUE (domain)
);

-- owner: core/auth
CREATE TABLE ip_blocks (
  id BIGINT NOT NULL,
  network TEXT NOT NULL,
  severity TEXT NOT NULL,
  comment TEXT DEFAULT '' NOT NULL,
  expires_at BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_ip_blocks PRIMARY KEY (id),
  CONSTRAINT uq_ip_blocks_network UNIQUE (network)
);

-- owner: core/search
CREATE TABLE search_words (
  word TEXT COLLATE "C" NOT NULL,
  CONSTRAINT pk_search_words PRIMARY KEY (word)
);

-- owner: core/trends
CREATE TABLE trends (
  kind TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  language TEXT,
  score FLOAT NOT NULL,
  computed_at BIGINT NOT NULL,
  CONSTRAINT pk_trends PRIMARY KEY (kind, subject_id)
);
CREATE INDEX ix_trends_score ON trends (kind, score);

-- owner: federation
CREATE TABLE unknown_kinds (
  kind TEXT NOT NULL,
  times BIGINT DEFAULT 0 NOT NULL,
  host TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  CONSTRAINT pk_unknown_kinds PRIMARY KEY (kind)
);

-- owner: core/relationships
CREATE TABLE account_domain_blocks (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  domain TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_account_domain_blocks PRIMARY KEY (id),
  CONSTRAINT uq_account_domain_blocks_account_id_domain UNIQUE (account_id, domain),
  CONSTRAINT fk_account_domain_blocks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_account_domain_blocks_account ON account_domain_blocks (account_id, id);

-- owner: core/accounts
CREATE TABLE account_words (
  word TEXT COLLATE "C" NOT NULL,
  account_id BIGINT NOT NULL,
  CONSTRAINT pk_account_words PRIMARY KEY (word, account_id),
  CONSTRAINT fk_account_words_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_account_words_account_id ON account_words (account_id);

-- owner: core/auth
CREATE TABLE active_days (
  day INTEGER NOT NULL,
  account_id BIGINT NOT NULL,
  CONSTRAINT pk_active_days PRIMARY KEY (day, account_id),
  CONSTRAINT fk_active_days_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_active_days_account_id ON active_days (account_id);

-- owner: core/announcements
CREATE TABLE announcement_reactions (
  announcement_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_announcement_reactions PRIMARY KEY (announcement_id, name, account_id),
  CONSTRAINT fk_announcement_reactions_announcement_id FOREIGN KEY(announcement_id) REFERENCES announcements (id) ON DELETE CASCADE,
  CONSTRAINT fk_announcement_reactions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_announcement_reactions_account_id ON announcement_reactions (account_id);

-- owner: core/announcements
CREATE TABLE announcement_reads (
  announcement_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  CONSTRAINT pk_announcement_reads PRIMARY KEY (announcement_id, account_id),
  CONSTRAINT fk_announcement_reads_announcement_id FOREIGN KEY(announcement_id) REFERENCES announcements (id) ON DELETE CASCADE,
  CONSTRAINT fk_announcement_reads_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_announcement_reads_account_id ON announcement_reads (account_id);

-- owner: core/annual_reports
CREATE TABLE annual_reports (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  data TEXT,
  schema_version INTEGER NOT NULL,
  share_key TEXT NOT NULL,
  viewed_at BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_annual_reports PRIMARY KEY (id),
  CONSTRAINT uq_annual_reports_account_id_year UNIQUE (account_id, year),
  CONSTRAINT fk_annual_reports_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/collections
CREATE TABLE collections (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  uri TEXT NOT NULL,
  url TEXT,
  name TEXT NOT NULL,
  description TEXT DEFAULT '' NOT NULL,
  description_html TEXT DEFAULT '' NOT NULL,
  language TEXT,
  local BOOLEAN DEFAULT false NOT NULL,
  sensitive BOOLEAN DEFAULT false NOT NULL,
  discoverable BOOLEAN DEFAULT false NOT NULL,
  tag_id BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  fetched_at BIGINT,
  CONSTRAINT pk_collections PRIMARY KEY (id),
  CONSTRAINT uq_collections_uri UNIQUE (uri),
  CONSTRAINT fk_collections_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_collections_tag_id FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE SET NULL
);
CREATE INDEX ix_collections_account ON collections (account_id, id);
CREATE INDEX ix_collections_tag_id ON collections (tag_id);
CREATE INDEX ix_collections_url ON collections (url);

-- owner: core/search
CREATE TABLE dismissed_suggestions (
  account_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  CONSTRAINT pk_dismissed_suggestions PRIMARY KEY (account_id, target_id),
  CONSTRAINT fk_dismissed_suggestions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_dismissed_suggestions_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_dismissed_suggestions_target_id ON dismissed_suggestions (target_id);

-- owner: core/drafts
CREATE TABLE drafts (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  media_ids TEXT DEFAULT '[]' NOT NULL,
  bytes BIGINT DEFAULT 0 NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  title TEXT DEFAULT '' NOT NULL,
  rest TEXT DEFAULT '{}' NOT NULL,
  text TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_drafts PRIMARY KEY (id),
  CONSTRAINT uq_drafts_account_id_key UNIQUE (account_id, key),
  CONSTRAINT fk_drafts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_drafts_account ON drafts (account_id, updated_at);

-- owner: core/auth
CREATE TABLE email_domain_attempts (
  block_id BIGINT NOT NULL,
  day INTEGER NOT NULL,
  ip TEXT NOT NULL,
  uses BIGINT DEFAULT 0 NOT NULL,
  CONSTRAINT pk_email_domain_attempts PRIMARY KEY (block_id, day, ip),
  CONSTRAINT fk_email_domain_attempts_block_id FOREIGN KEY(block_id) REFERENCES email_domain_blocks (id) ON DELETE CASCADE
);

-- owner: core/relationships
CREATE TABLE endorsements (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_endorsements PRIMARY KEY (id),
  CONSTRAINT uq_endorsements_account_id_target_id UNIQUE (account_id, target_id),
  CONSTRAINT fk_endorsements_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_endorsements_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_endorsements_account ON endorsements (account_id, id);
CREATE INDEX ix_endorsements_target_id ON endorsements (target_id);

-- owner: core/statuses
CREATE TABLE fading_rules (
  account_id BIGINT NOT NULL,
  after_days INTEGER NOT NULL,
  keep_direct BOOLEAN DEFAULT true NOT NULL,
  keep_pinned BOOLEAN DEFAULT true NOT NULL,
  keep_polls BOOLEAN DEFAULT false NOT NULL,
  keep_media BOOLEAN DEFAULT false NOT NULL,
  keep_favourited BOOLEAN DEFAULT true NOT NULL,
  keep_bookmarked BOOLEAN DEFAULT true NOT NULL,
  min_favourites INTEGER,
  min_reblogs INTEGER,
  CONSTRAINT pk_fading_rules PRIMARY KEY (account_id),
  CONSTRAINT fk_fading_rules_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/statuses
CREATE TABLE featured_tags (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  tag_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  statuses_count BIGINT DEFAULT 0 NOT NULL,
  last_status_at BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_featured_tags PRIMARY KEY (id),
  CONSTRAINT uq_featured_tags_account_id_tag_id UNIQUE (account_id, tag_id),
  CONSTRAINT fk_featured_tags_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_featured_tags_tag_id FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE
);
CREATE INDEX ix_featured_tags_tag_id ON featured_tags (tag_id);

-- owner: core/filters
CREATE TABLE filters (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  contexts TEXT NOT NULL,
  action TEXT DEFAULT 'warn' NOT NULL,
  expires_at BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_filters PRIMARY KEY (id),
  CONSTRAINT fk_filters_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_filters_account_id ON filters (account_id);

-- owner: core/groups
CREATE TABLE groups (
  account_id BIGINT NOT NULL,
  moderators_only BOOLEAN DEFAULT false NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_groups PRIMARY KEY (account_id),
  CONSTRAINT fk_groups_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/transfers
CREATE TABLE imports (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  overwrite BOOLEAN DEFAULT false NOT NULL,
  total BIGINT DEFAULT 0 NOT NULL,
  done BIGINT DEFAULT 0 NOT NULL,
  failed BIGINT DEFAULT 0 NOT NULL,
  failures TEXT DEFAULT '[]' NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  CONSTRAINT pk_imports PRIMARY KEY (id),
  CONSTRAINT fk_imports_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_imports_account_id ON imports (account_id);

-- owner: core/notifications
CREATE TABLE notification_permissions (
  account_id BIGINT NOT NULL,
  from_account_id BIGINT NOT NULL,
  CONSTRAINT pk_notification_permissions PRIMARY KEY (account_id, from_account_id),
  CONSTRAINT fk_notification_permissions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_notification_permissions_from_account_id FOREIGN KEY(from_account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_notification_permissions_from_account_id ON notification_permissions (from_account_id);

-- owner: core/notifications
CREATE TABLE notification_policies (
  account_id BIGINT NOT NULL,
  for_not_following TEXT DEFAULT 'accept' NOT NULL,
  for_not_followers TEXT DEFAULT 'accept' NOT NULL,
  for_new_accounts TEXT DEFAULT 'accept' NOT NULL,
  for_private_mentions TEXT DEFAULT 'filter' NOT NULL,
  for_limited_accounts TEXT DEFAULT 'filter' NOT NULL,
  CONSTRAINT pk_notification_policies PRIMARY KEY (account_id),
  CONSTRAINT fk_notification_policies_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/links
CREATE TABLE preview_cards (
  id BIGINT NOT NULL,
  url TEXT NOT NULL,
  type TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  language TEXT,
  provider_name TEXT NOT NULL,
  provider_url TEXT NOT NULL,
  author_name TEXT NOT NULL,
  author_url TEXT NOT NULL,
  creator_id BIGINT,
  creator_agrees BOOLEAN DEFAULT false NOT NULL,
  html TEXT NOT NULL,
  embed_url TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  image_url TEXT,
  image_description TEXT DEFAULT '' NOT NULL,
  published_at BIGINT,
  fetched_at BIGINT NOT NULL,
  CONSTRAINT pk_preview_cards PRIMARY KEY (id),
  CONSTRAINT uq_preview_cards_url UNIQUE (url),
  CONSTRAINT fk_preview_cards_creator_id FOREIGN KEY(creator_id) REFERENCES accounts (id) ON DELETE SET NULL
);
CREATE INDEX ix_preview_cards_creator_id ON preview_cards (creator_id);

-- owner: core/auth
CREATE TABLE second_factors (
  account_id BIGINT NOT NULL,
  secret TEXT NOT NULL,
  confirmed_at BIGINT,
  last_step BIGINT DEFAULT 0 NOT NULL,
  recovery TEXT DEFAULT '[]' NOT NULL,
  CONSTRAINT pk_second_factors PRIMARY KEY (account_id),
  CONSTRAINT fk_second_factors_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- owner: core/series
CREATE TABLE series (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  uri TEXT NOT NULL,
  url TEXT,
  title TEXT NOT NULL,
  description TEXT DEFAULT '' NOT NULL,
  local BOOLEAN DEFAULT false NOT NULL,
  grows BOOLEAN DEFAULT true NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT pk_series PRIMARY KEY (id),
  CONSTRAINT uq_series_uri UNIQUE (uri),
  CONSTRAINT fk_series_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_series_account ON series (account_id, id);

-- owner: core/relationships
CREATE TABLE severances (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  type TEXT NOT NULL,
  target_name TEXT NOT NULL,
  purged BOOLEAN DEFAULT false NOT NULL,
  followers_count BIGINT DEFAULT 0 NOT NULL,
  following_count BIGINT DEFAULT 0 NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_severances PRIMARY KEY (id),
  CONSTRAINT fk_severances_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_severances_account_id ON severances (account_id);

-- owner: core/trends
CREATE TABLE trend_reviews (
  kind TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  allowed BOOLEAN DEFAULT false NOT NULL,
  reviewed_at BIGINT NOT NULL,
  reviewed_by_id BIGINT,
  CONSTRAINT pk_trend_reviews PRIMARY KEY (kind, subject_id),
  CONSTRAINT fk_trend_reviews_reviewed_by_id FOREIGN KEY(reviewed_by_id) REFERENCES accounts (id) ON DELETE SET NULL
);
CREATE INDEX ix_trend_reviews_reviewed_by_id ON trend_reviews (reviewed_by_id);

-- owner: core/moderation
CREATE TABLE account_warnings (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  by_id BIGINT,
  report_id BIGINT,
  action TEXT NOT NULL,
  text TEXT DEFAULT '' NOT NULL,
  status_ids TEXT,
  created_at BIGINT NOT NULL,
  overruled_at BIGINT,
  appeal TEXT,
  appealed_at BIGINT,
  approved_at BIGINT,
  rejected_at BIGINT,
  CONSTRAINT pk_account_warnings PRIMARY KEY (id),
  CONSTRAINT fk_account_warnings_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_account_warnings_by_id FOREIGN KEY(by_id) REFERENCES accounts (id) ON DELETE SET NULL,
  CONSTRAINT fk_account_warnings_report_id FOREIGN KEY(report_id) REFERENCES reports (id) ON DELETE SET NULL
);
CREATE INDEX ix_account_warnings_account ON account_warnings (account_id, id);
CREATE INDEX ix_account_warnings_appealed ON account_warnings (appealed_at);
CREATE INDEX ix_account_warnings_by_id ON account_warnings (by_id);
CREATE INDEX ix_account_warnings_report_id ON account_warnings (report_id);

-- owner: core/media
CREATE TABLE card_images (
  card_id BIGINT NOT NULL,
  url TEXT NOT NULL,
  domain TEXT NOT NULL,
  key TEXT,
  blurhash TEXT,
  CONSTRAINT pk_card_images PRIMARY KEY (card_id),
  CONSTRAINT fk_card_images_card_id FOREIGN KEY(card_id) REFERENCES preview_cards (id) ON DELETE CASCADE
);

-- owner: core/collections
CREATE TABLE collection_items (
  id BIGINT NOT NULL,
  collection_id BIGINT NOT NULL,
  account_id BIGINT,
  object_uri TEXT NOT NULL,
  uri TEXT,
  stamp TEXT,
  state TEXT NOT NULL,
  position INTEGER DEFAULT '1' NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_collection_items PRIMARY KEY (id),
  CONSTRAINT uq_collection_items_collection_id_object_uri UNIQUE (collection_id, object_uri),
  CONSTRAINT fk_collection_items_collection_id FOREIGN KEY(collection_id) REFERENCES collections (id) ON DELETE CASCADE,
  CONSTRAINT fk_collection_items_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_collection_items_account ON collection_items (account_id, id);
CREATE INDEX ix_collection_items_stamp ON collection_items (stamp);
CREATE INDEX ix_collection_items_uri ON collection_items (uri);

-- owner: core/drafts
CREATE TABLE draft_revisions (
  id BIGINT NOT NULL,
  draft_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  bytes BIGINT DEFAULT 0 NOT NULL,
  created_at BIGINT NOT NULL,
  title TEXT DEFAULT '' NOT NULL,
  rest TEXT DEFAULT '{}' NOT NULL,
  text TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_draft_revisions PRIMARY KEY (id),
  CONSTRAINT fk_draft_revisions_draft_id FOREIGN KEY(draft_id) REFERENCES drafts (id) ON DELETE CASCADE,
  CONSTRAINT fk_draft_revisions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_draft_revisions_account ON draft_revisions (account_id, id);
CREATE INDEX ix_draft_revisions_draft ON draft_revisions (draft_id, id);

-- owner: core/filters
CREATE TABLE filter_keywords (
  id BIGINT NOT NULL,
  filter_id BIGINT NOT NULL,
  keyword TEXT NOT NULL,
  whole_word BOOLEAN DEFAULT true NOT NULL,
  CONSTRAINT pk_filter_keywords PRIMARY KEY (id),
  CONSTRAINT fk_filter_keywords_filter_id FOREIGN KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE
);
CREATE INDEX ix_filter_keywords_filter_id ON filter_keywords (filter_id);

-- owner: core/filters
CREATE TABLE filter_statuses (
  id BIGINT NOT NULL,
  filter_id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  CONSTRAINT pk_filter_statuses PRIMARY KEY (id),
  CONSTRAINT uq_filter_statuses_filter_id_status_id UNIQUE (filter_id, status_id),
  CONSTRAINT fk_filter_statuses_filter_id FOREIGN KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE
);
CREATE INDEX ix_filter_statuses_status ON filter_statuses (status_id);

-- owner: core/groups
CREATE TABLE group_moderators (
  group_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  CONSTRAINT pk_group_moderators PRIMARY KEY (group_id, account_id),
  CONSTRAINT fk_group_moderators_group_id FOREIGN KEY(group_id) REFERENCES groups (account_id) ON DELETE CASCADE,
  CONSTRAINT fk_group_moderators_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_group_moderators_account_id ON group_moderators (account_id);

-- owner: core/groups
CREATE TABLE group_statuses (
  group_id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  uri TEXT NOT NULL,
  removed BOOLEAN DEFAULT false NOT NULL,
  locked BOOLEAN DEFAULT false NOT NULL,
  CONSTRAINT pk_group_statuses PRIMARY KEY (group_id, status_id),
  CONSTRAINT fk_group_statuses_group_id FOREIGN KEY(group_id) REFERENCES groups (account_id) ON DELETE CASCADE
);
CREATE INDEX ix_group_statuses_status ON group_statuses (status_id);
CREATE INDEX ix_group_statuses_uri ON group_statuses (uri);

-- owner: core/transfers
CREATE TABLE import_lines (
  import_id BIGINT NOT NULL,
  position INTEGER NOT NULL,
  line TEXT NOT NULL,
  CONSTRAINT pk_import_lines PRIMARY KEY (import_id, position),
  CONSTRAINT fk_import_lines_import_id FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE CASCADE
);

-- owner: core/notifications
CREATE TABLE notification_requests (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  from_account_id BIGINT NOT NULL,
  last_status_id BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT pk_notification_requests PRIMARY KEY (id),
  CONSTRAINT uq_notification_requests_account_id_from_account_id UNIQUE (account_id, from_account_id),
  CONSTRAINT fk_notification_requests_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_notification_requests_from_account_id FOREIGN KEY(from_account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_notification_requests_last_status_id FOREIGN KEY(last_status_id) REFERENCES statuses (id) ON DELETE SET NULL
);
CREATE INDEX ix_notification_requests_account ON notification_requests (account_id, id);
CREATE INDEX ix_notification_requests_from_account_id ON notification_requests (from_account_id);
CREATE INDEX ix_notification_requests_last_status_id ON notification_requests (last_status_id);

-- owner: core/push
CREATE TABLE push_subscriptions (
  id BIGINT NOT NULL,
  token_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  endpoint TEXT NOT NULL,
  app_key TEXT NOT NULL,
  secret TEXT NOT NULL,
  standard BOOLEAN DEFAULT false NOT NULL,
  alerts TEXT NOT NULL,
  policy TEXT NOT NULL,
  sealed_token TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_push_subscriptions PRIMARY KEY (id),
  CONSTRAINT uq_push_subscriptions_token_id UNIQUE (token_id),
  CONSTRAINT fk_push_subscriptions_token_id FOREIGN KEY(token_id) REFERENCES access_tokens (id) ON DELETE CASCADE,
  CONSTRAINT fk_push_subscriptions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_push_subscriptions_account_id ON push_subscriptions (account_id);

-- owner: core/statuses
CREATE TABLE reply_marks (
  status_id BIGINT NOT NULL,
  mark TEXT NOT NULL,
  CONSTRAINT pk_reply_marks PRIMARY KEY (status_id),
  CONSTRAINT fk_reply_marks_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);

-- owner: core/statuses
CREATE TABLE reply_terms (
  status_id BIGINT NOT NULL,
  who TEXT NOT NULL,
  closes_at BIGINT,
  CONSTRAINT pk_reply_terms PRIMARY KEY (status_id),
  CONSTRAINT fk_reply_terms_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);

-- owner: core/series
CREATE TABLE series_follows (
  series_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_series_follows PRIMARY KEY (series_id, account_id),
  CONSTRAINT fk_series_follows_series_id FOREIGN KEY(series_id) REFERENCES series (id) ON DELETE CASCADE,
  CONSTRAINT fk_series_follows_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_series_follows_account ON series_follows (account_id);

-- owner: core/series
CREATE TABLE series_parts (
  id BIGINT NOT NULL,
  series_id BIGINT NOT NULL,
  object_uri TEXT NOT NULL,
  position INTEGER NOT NULL,
  CONSTRAINT pk_series_parts PRIMARY KEY (id),
  CONSTRAINT uq_series_parts_series_id_object_uri UNIQUE (series_id, object_uri),
  CONSTRAINT fk_series_parts_series_id FOREIGN KEY(series_id) REFERENCES series (id) ON DELETE CASCADE
);
CREATE INDEX ix_series_parts_object ON series_parts (object_uri);

-- owner: core/links
CREATE TABLE status_cards (
  status_id BIGINT NOT NULL,
  card_id BIGINT NOT NULL,
  CONSTRAINT pk_status_cards PRIMARY KEY (status_id),
  CONSTRAINT fk_status_cards_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE,
  CONSTRAINT fk_status_cards_card_id FOREIGN KEY(card_id) REFERENCES preview_cards (id) ON DELETE CASCADE
);
CREATE INDEX ix_status_cards_card ON status_cards (card_id, status_id);

-- owner: core/statuses
CREATE TABLE told_counts (
  status_id BIGINT NOT NULL,
  favourites BIGINT DEFAULT 0 NOT NULL,
  reblogs BIGINT DEFAULT 0 NOT NULL,
  CONSTRAINT pk_told_counts PRIMARY KEY (status_id),
  CONSTRAINT fk_told_counts_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);

-- owner: core/statuses
CREATE TABLE translations (
  status_id BIGINT NOT NULL,
  language TEXT NOT NULL,
  digest TEXT NOT NULL,
  provider TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_translations PRIMARY KEY (status_id, language),
  CONSTRAINT fk_translations_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_translations_created_at ON translations (created_at);

ALTER TABLE accounts ADD COLUMN sensitized_at BIGINT;
ALTER TABLE accounts ADD COLUMN deleted_at BIGINT;
ALTER TABLE accounts ADD COLUMN feature_policy TEXT;
CREATE INDEX ix_accounts_domain ON accounts (domain) WHERE domain <> '';
CREATE INDEX ix_accounts_followers_count ON accounts (followers_count);
ALTER TABLE instances ADD COLUMN software_at BIGINT;
ALTER TABLE tags ADD COLUMN usable BOOLEAN DEFAULT true NOT NULL;
ALTER TABLE follows ADD COLUMN accept_uri TEXT;
ALTER TABLE remote_actors ADD COLUMN featured_collections TEXT;
ALTER TABLE remote_actors ADD COLUMN unlisted_for_members BOOLEAN DEFAULT false NOT NULL;
ALTER TABLE remote_actors ADD COLUMN hidden_before BIGINT;
ALTER TABLE reports ADD COLUMN collection_ids TEXT DEFAULT '[]' NOT NULL;
ALTER TABLE reports ADD COLUMN updated_at BIGINT;
ALTER TABLE reports ADD COLUMN assigned_id BIGINT CONSTRAINT fk_reports_assigned_id REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE statuses ADD COLUMN teaser TEXT DEFAULT '' NOT NULL;
ALTER TABLE users ADD COLUMN invited_by_id BIGINT CONSTRAINT fk_users_invited_by_id REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE users ADD COLUMN app_id BIGINT CONSTRAINT fk_users_app_id REFERENCES apps (id) ON DELETE SET NULL;
CREATE INDEX ix_users_app_id ON users (app_id);
CREATE INDEX ix_users_invited_by_id ON users (invited_by_id);
ALTER TABLE media_attachments ADD COLUMN state TEXT DEFAULT '' NOT NULL;
ALTER TABLE media_attachments ADD COLUMN failure TEXT;
ALTER TABLE notifications ADD COLUMN severance_id BIGINT;
ALTER TABLE notifications ADD COLUMN warning_id BIGINT;
ALTER TABLE notifications ADD COLUMN collection_id BIGINT;
ALTER TABLE notifications ADD COLUMN filtered BOOLEAN DEFAULT false NOT NULL;
CREATE INDEX ix_notifications_collection ON notifications (collection_id) WHERE collection_id IS NOT NULL;
CREATE INDEX ix_notifications_filtered ON notifications (account_id, from_account_id) WHERE filtered;
CREATE INDEX ix_notifications_group ON notifications (account_id, group_key, id);
CREATE INDEX ix_quote_stamps_quoting ON quote_stamps (quoting);
CREATE INDEX ix_poll_votes_account ON poll_votes (account_id, poll_id);
