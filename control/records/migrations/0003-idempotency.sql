-- Answers by Idempotency-Key. Not a view of the log, so outside of its schema: losing them loses no state.
CREATE TABLE IF NOT EXISTS bramble_local.idempotency (
  -- Of the principal, the method, the path and the key.
  id bytea PRIMARY KEY,
  body_hash bytea NOT NULL,
  -- Which run of the process began it: an answer that a dead one owes will never come.
  run text NOT NULL,
  -- Encrypted with the key file, as answers show secrets once; null while the request runs.
  answer bytea,
  expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS idempotency_by_expiry ON bramble_local.idempotency (expires_at);
