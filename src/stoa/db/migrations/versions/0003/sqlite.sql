-- owner: core/filters
CREATE TABLE filters (
  id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  contexts TEXT NOT NULL,
  action TEXT DEFAULT 'warn' NOT NULL,
  expires_at BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT pk_filters PRIMARY KEY (id),
  CONSTRAINT fk_filters_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_filters_account_id ON filters (account_id);

-- owner: core/filters
CREATE TABLE filter_keywords (
  id INTEGER NOT NULL,
  filter_id INTEGER NOT NULL,
  keyword TEXT NOT NULL,
  whole_word BOOLEAN DEFAULT true NOT NULL,
  CONSTRAINT pk_filter_keywords PRIMARY KEY (id),
  CONSTRAINT fk_filter_keywords_filter_id FOREIGN KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE
);
CREATE INDEX ix_filter_keywords_filter_id ON filter_keywords (filter_id);

-- owner: core/filters
CREATE TABLE filter_statuses (
  id INTEGER NOT NULL,
  filter_id INTEGER NOT NULL,
  status_id INTEGER NOT NULL,
  CONSTRAINT pk_filter_statuses PRIMARY KEY (id),
  CONSTRAINT uq_filter_statuses_filter_id_status_id UNIQUE (filter_id, status_id),
  CONSTRAINT fk_filter_statuses_filter_id FOREIGN KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE
);
CREATE INDEX ix_filter_statuses_status ON filter_statuses (status_id);
