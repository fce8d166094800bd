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
  CONSTRAINT pk_group_statuses PRIMARY KEY (group_id, status_id),
  CONSTRAINT fk_group_statuses_group_id FOREIGN KEY(group_id) REFERENCES groups (account_id) ON DELETE CASCADE
);
CREATE INDEX ix_group_statuses_status ON group_statuses (status_id);
CREATE INDEX ix_group_statuses_uri ON group_statuses (uri);

ALTER TABLE statuses ADD COLUMN teaser TEXT DEFAULT '' NOT NULL;
