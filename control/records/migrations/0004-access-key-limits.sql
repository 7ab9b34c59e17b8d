-- What an access key may touch within its namespace, and until when. Those made before may do everything, for ever.
ALTER TABLE access_keys
  ADD COLUMN bucket text,
  ADD COLUMN prefix text,
  ADD COLUMN verbs text[] NOT NULL DEFAULT '{read,write,delete,list}',
  ADD COLUMN expires_at timestamptz;
