-- owner: core/statuses
CREATE TABLE reply_anchors (
  status_id BIGINT NOT NULL,
  exact TEXT NOT NULL,
  prefix TEXT DEFAULT '' NOT NULL,
  suffix TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_reply_anchors PRIMARY KEY (status_id),
  CONSTRAINT fk_reply_anchors_status_id FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE CASCADE
);
