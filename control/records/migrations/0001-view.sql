-- What the records know of the log: which one they are a view of, and how far it is applied.
CREATE TABLE view_state (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- The log's identity; null until the first start with one.
  log_identity text,
  height bigint NOT NULL DEFAULT 0,
  -- What the commands of the entry at `height` gave (CBOR), for when the answer to COMMIT was lost.
  outcomes bytea
);
INSERT INTO view_state DEFAULT VALUES;
