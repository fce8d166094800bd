ALTER TABLE accounts ADD COLUMN moved_at BIGINT;
ALTER TABLE accounts ADD COLUMN also_known_as TEXT DEFAULT '[]' NOT NULL;
CREATE INDEX ix_accounts_url ON accounts (url);
ALTER TABLE custom_emojis ADD COLUMN updated_at BIGINT;
ALTER TABLE blocks ADD COLUMN uri TEXT;
ALTER TABLE follow_requests ADD COLUMN uri TEXT;
ALTER TABLE follows ADD COLUMN uri TEXT;
ALTER TABLE favourites ADD COLUMN uri TEXT;
ALTER TABLE media_attachments ADD COLUMN preview_remote_url TEXT;
ALTER TABLE mentions ADD COLUMN silent BOOLEAN DEFAULT false NOT NULL;
ALTER TABLE notifications ADD COLUMN report_id BIGINT;

-- owner: federation
CREATE TABLE delivery_hosts (
  host TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  locked_until BIGINT,
  CONSTRAINT pk_delivery_hosts PRIMARY KEY (host)
);
CREATE INDEX ix_delivery_hosts_due ON delivery_hosts (run_at);

-- owner: core/instances
CREATE TABLE domain_allows (
  id BIGINT NOT NULL,
  domain TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_domain_allows PRIMARY KEY (id),
  CONSTRAINT uq_domain_allows_domain UNIQUE (domain)
);

-- owner: core/instances
CREATE TABLE domain_blocks (
  id BIGINT NOT NULL,
  domain TEXT NOT NULL,
  severity TEXT NOT NULL,
  reject_media BOOLEAN DEFAULT false NOT NULL,
  reject_reports BOOLEAN DEFAULT false NOT NULL,
  obfuscate BOOLEAN DEFAULT false NOT NULL,
  public_comment TEXT DEFAULT '' NOT NULL,
  private_comment TEXT DEFAULT '' NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_domain_blocks PRIMARY KEY (id),
  CONSTRAINT uq_domain_blocks_domain UNIQUE (domain)
);

-- owner: federation
CREATE TABLE incoming (
  id BIGINT NOT NULL,
  activity TEXT,
  sender TEXT NOT NULL,
  proven BOOLEAN DEFAULT false NOT NULL,
  delivered_to BIGINT DEFAULT 0 NOT NULL,
  host TEXT NOT NULL,
  body BYTEA NOT NULL,
  received_at BIGINT NOT NULL,
  run_at BIGINT NOT NULL,
  locked_until BIGINT,
  attempts BIGINT DEFAULT 0 NOT NULL,
  last_error TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_incoming PRIMARY KEY (id),
  CONSTRAINT uq_incoming_activity_sender_delivered_to UNIQUE (activity, sender, delivered_to)
);
CREATE INDEX ix_incoming_due ON incoming (run_at, id);
CREATE INDEX ix_incoming_sender ON incoming (sender) WHERE locked_until IS NOT NULL;

-- owner: core/instances
CREATE TABLE instances (
  domain TEXT NOT NULL,
  software TEXT DEFAULT '' NOT NULL,
  software_version TEXT DEFAULT '' NOT NULL,
  first_seen_at BIGINT NOT NULL,
  heard_at BIGINT,
  failures BIGINT DEFAULT 0 NOT NULL,
  failed_days BIGINT DEFAULT 0 NOT NULL,
  failed_at BIGINT,
  paused_until BIGINT,
  given_up_at BIGINT,
  scheme TEXT,
  scheme_at BIGINT,
  CONSTRAINT pk_instances PRIMARY KEY (domain)
);

-- owner: federation
CREATE TABLE key_pairs (
  account_id BIGINT NOT NULL,
  rsa_pem TEXT NOT NULL,
  ed25519_pem TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_key_pairs PRIMARY KEY (account_id)
);

-- owner: federation
CREATE TABLE outgoing (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  body BYTEA NOT NULL,
  about TEXT,
  kind TEXT NOT NULL,
  headers TEXT DEFAULT '{}' NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_outgoing PRIMARY KEY (id)
);

-- owner: federation
CREATE TABLE relays (
  id BIGINT NOT NULL,
  inbox TEXT NOT NULL,
  actor TEXT,
  follow_id TEXT NOT NULL,
  state TEXT DEFAULT 'pending' NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_relays PRIMARY KEY (id),
  CONSTRAINT uq_relays_inbox UNIQUE (inbox)
);

-- owner: federation
CREATE TABLE thread_refreshes (
  id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  results BIGINT DEFAULT 0 NOT NULL,
  CONSTRAINT pk_thread_refreshes PRIMARY KEY (id),
  CONSTRAINT uq_thread_refreshes_conversation_id UNIQUE (conversation_id)
);

-- owner: federation
CREATE TABLE tombstones (
  uri TEXT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT DEFAULT '' NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_tombstones PRIMARY KEY (uri)
);

-- owner: federation
CREATE TABLE deliveries (
  id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  host TEXT NOT NULL,
  inbox TEXT NOT NULL,
  about TEXT,
  headers TEXT DEFAULT '{}' NOT NULL,
  run_at BIGINT NOT NULL,
  attempts BIGINT DEFAULT 0 NOT NULL,
  last_error TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_deliveries PRIMARY KEY (id),
  CONSTRAINT fk_deliveries_outgoing_id FOREIGN KEY(outgoing_id) REFERENCES outgoing (id) ON DELETE CASCADE
);
CREATE INDEX ix_deliveries_about ON deliveries (about, inbox);
CREATE INDEX ix_deliveries_host ON deliveries (host, id);
CREATE INDEX ix_deliveries_outgoing_id ON deliveries (outgoing_id);

-- owner: federation
CREATE TABLE remote_actors (
  account_id BIGINT NOT NULL,
  host TEXT NOT NULL,
  inbox TEXT NOT NULL,
  shared_inbox TEXT,
  outbox TEXT,
  followers TEXT,
  following TEXT,
  featured TEXT,
  moderators TEXT DEFAULT '[]' NOT NULL,
  members_only BOOLEAN DEFAULT false NOT NULL,
  mods_only BOOLEAN DEFAULT false NOT NULL,
  updated_at BIGINT,
  fetched_at BIGINT NOT NULL,
  gone_at BIGINT,
  CONSTRAINT pk_remote_actors PRIMARY KEY (account_id),
  CONSTRAINT fk_remote_actors_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_remote_actors_followers ON remote_actors (followers);
CREATE INDEX ix_remote_actors_host ON remote_actors (host);

-- owner: federation
CREATE TABLE remote_keys (
  id TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  pem TEXT DEFAULT '' NOT NULL,
  multibase TEXT DEFAULT '' NOT NULL,
  expires_at BIGINT,
  CONSTRAINT pk_remote_keys PRIMARY KEY (id),
  CONSTRAINT fk_remote_keys_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_remote_keys_account_id ON remote_keys (account_id);

-- owner: core/moderation
CREATE TABLE reports (
  id BIGINT NOT NULL,
  account_id BIGINT,
  target_id BIGINT NOT NULL,
  status_ids TEXT DEFAULT '[]' NOT NULL,
  rule_ids TEXT DEFAULT '[]' NOT NULL,
  category TEXT DEFAULT 'other' NOT NULL,
  comment TEXT DEFAULT '' NOT NULL,
  forwarded BOOLEAN DEFAULT false NOT NULL,
  uri TEXT,
  action_taken_at BIGINT,
  action_taken_by_id BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_reports PRIMARY KEY (id),
  CONSTRAINT uq_reports_uri_target_id UNIQUE (uri, target_id),
  CONSTRAINT fk_reports_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL,
  CONSTRAINT fk_reports_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_reports_action_taken_by_id FOREIGN KEY(action_taken_by_id) REFERENCES accounts (id) ON DELETE SET NULL
);
CREATE INDEX ix_reports_account ON reports (account_id, created_at);
CREATE INDEX ix_reports_target_id ON reports (target_id);

-- owner: federation
CREATE TABLE quote_stamps (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  status_id BIGINT NOT NULL,
  quoting TEXT NOT NULL,
  kind TEXT DEFAULT 'Quote' NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_quote_stamps PRIMARY KEY (id),
  CONSTRAINT uq_quote_stamps_status_id_quoting_kind UNIQUE (status_id, quoting, kind),
  CONSTRAINT fk_quote_stamps_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_quote_stamps_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_quote_stamps_account_id ON quote_stamps (account_id);
CREATE INDEX ix_quote_stamps_status_id ON quote_stamps (status_id);

-- owner: federation
CREATE TABLE status_origins (
  status_id BIGINT NOT NULL,
  type TEXT DEFAULT 'Note' NOT NULL,
  in_reply_to TEXT,
  quote TEXT,
  quote_authorization TEXT,
  reply_authorization TEXT,
  context TEXT,
  conversation TEXT,
  replies TEXT,
  audience TEXT,
  policy TEXT,
  likes BIGINT,
  shares BIGINT,
  updated_at BIGINT,
  fetched_at BIGINT,
  replies_fetched_at BIGINT,
  CONSTRAINT pk_status_origins PRIMARY KEY (status_id),
  CONSTRAINT fk_status_origins_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
CREATE INDEX ix_status_origins_in_reply_to ON status_origins (in_reply_to);
CREATE INDEX ix_status_origins_quote ON status_origins (quote);
CREATE INDEX ix_status_origins_quote_authorization ON status_origins (quote_authorization);
