-- Who may call the doors. Room: access.

CREATE TABLE service_account (
  name       text PRIMARY KEY,
  source     text,                                -- the source it speaks for; null: none, it brings nothing in
  scopes     text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);

-- Only the SHA-256 of a token is kept. Several secrets of one account may be valid at a time: that is how they are
-- rotated without a gap.
CREATE TABLE service_token (
  digest       bytea PRIMARY KEY CHECK (length(digest) = 32),
  account      text NOT NULL REFERENCES service_account (name),
  kind         text NOT NULL CHECK (kind IN ('secret', 'access')),
  scopes       text[] NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  last_used_at timestamptz                        -- to the hour: what is never used is a fault (TU0704)
);
CREATE INDEX service_token_account ON service_token (account);
CREATE INDEX service_token_expires ON service_token (expires_at);

-- Which body an Idempotency-Key stood for the first time, by digest.
CREATE TABLE idempotency_key (
  account  text NOT NULL,
  key      text NOT NULL,
  body     bytea NOT NULL CHECK (length(body) = 32),
  first_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_key_first ON idempotency_key (first_at);
