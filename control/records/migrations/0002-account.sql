CREATE TABLE users (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  is_administrator boolean NOT NULL,
  is_disabled boolean NOT NULL DEFAULT false,
  -- A PHC string: the algorithm and its parameters are in it.
  password_hash text NOT NULL,
  -- The password is a one-time one, chosen by someone else.
  must_change_password boolean NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE sessions (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  -- How often the refresh token was rotated: only the token of this generation is good.
  generation integer NOT NULL,
  address text,
  user_agent text,
  created_at timestamptz NOT NULL,
  used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE namespaces (
  name text PRIMARY KEY,
  created_at timestamptz NOT NULL
);

CREATE TABLE members (
  namespace text NOT NULL REFERENCES namespaces ON DELETE CASCADE,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'writer', 'reader')),
  PRIMARY KEY (namespace, user_id)
);
CREATE INDEX members_by_user ON members (user_id, namespace);

CREATE TABLE tokens (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  name text NOT NULL,
  -- SHA-256 of the token, which has 192 random bits of its own and so needs no slow hash.
  hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  namespace text REFERENCES namespaces ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz
);
CREATE INDEX tokens_by_user ON tokens (user_id, id);

CREATE TABLE access_keys (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  namespace text NOT NULL REFERENCES namespaces ON DELETE CASCADE,
  name text NOT NULL,
  -- The secret, encrypted with the key file: SigV4 needs it back.
  secret_box bytea NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX access_keys_by_user ON access_keys (user_id, id);

CREATE TABLE signing_keys (
  id text PRIMARY KEY,
  public_key jsonb NOT NULL,
  -- PKCS #8, encrypted with the key file.
  private_box bytea NOT NULL,
  created_at timestamptz NOT NULL
);
