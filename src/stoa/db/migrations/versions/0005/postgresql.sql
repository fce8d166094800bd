-- owner: core/auth
CREATE TABLE passkeys (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  credential_id TEXT NOT NULL,
  credential TEXT NOT NULL,
  name TEXT NOT NULL,
  sign_count BIGINT DEFAULT 0 NOT NULL,
  challenged_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  CONSTRAINT pk_passkeys PRIMARY KEY (id),
  CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id),
  CONSTRAINT fk_passkeys_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_passkeys_account_id ON passkeys (account_id);

-- owner: core/statuses
CREATE TABLE author_translations (
  status_id BIGINT NOT NULL,
  language TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  title TEXT,
  spoiler_text TEXT DEFAULT '' NOT NULL,
  text TEXT DEFAULT '' NOT NULL,
  content TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_author_translations PRIMARY KEY (status_id, language),
  CONSTRAINT fk_author_translations_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);

ALTER TABLE rules ADD COLUMN translations TEXT DEFAULT '{}' NOT NULL;
