-- What arrives, exactly once. Rooms: privacy (actor), intake (completion, quarantine), delivery (outbox),
-- audit (audit_pending). All of one event is written by one statement (trueup/intake/store.py).

-- Whom a source names, as it names them, and the key that everything of theirs is encrypted with. One row is all
-- that has to be destroyed to erase them: what else there is of them is a number that leads nowhere then.
CREATE TABLE actor (
  actor_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest          bytea NOT NULL UNIQUE,        -- SHA-256 over the names below
  issuer          text,                         -- of the account: a name alone is nobody's
  name            text,
  employee_number text,
  person_id       text,
  email           text,
  wrapped_key     bytea NOT NULL,               -- AES-256-GCM under the master key
  master_key_id   text NOT NULL,                -- which master key
  first_seen_at   timestamptz NOT NULL DEFAULT now(),
  CHECK ((issuer IS NULL) = (name IS NULL))
);

-- One number for whatever arrives, taken or not: receipts and the audit log speak of it.
CREATE SEQUENCE statement_id AS bigint;

-- Our reading of a statement, one row a revision; nothing in it is ever overwritten. actor_id has no foreign key,
-- on purpose: it may outlive its actor. `fingerprint` tells whether another body comes under the same key, and
-- `sealed` holds the digest and, where it is kept, the raw body; both need the actor's key.
CREATE TABLE completion (
  source                  text NOT NULL,
  record_id               text NOT NULL,
  revision                text NOT NULL,
  statement_id            bigint NOT NULL UNIQUE DEFAULT nextval('statement_id'),
  actor_id                bigint NOT NULL,
  fingerprint             bytea NOT NULL,
  sealed                  bytea NOT NULL,
  raw_kept                boolean NOT NULL,
  course_id               text NOT NULL,
  attempt                 text,
  status                  text NOT NULL CHECK (status IN ('completed', 'passed', 'failed', 'voided', 'launched')),
  occurred_at             timestamptz,          -- null: the source does not say; never the time of arrival
  occurred_until          timestamptz,          -- end of the interval, exclusive, where a day or more is all that is said
  occurred_raw            text,                 -- as given, byte for byte
  occurred_offset_minutes integer,
  occurred_zone           text,
  occurred_precision      text,
  occurred_rule           text,                 -- the rule by which it was read (trueup.instants.RULES)
  recorded_at             timestamptz,
  recorded_until          timestamptz,
  recorded_raw            text,
  recorded_offset_minutes integer,
  recorded_zone           text,
  recorded_precision      text,
  recorded_rule           text,
  score                   numeric,              -- as given, with its digits; null is no score, never 0
  score_min               numeric,
  score_max               numeric,
  scale                   text,
  scale_version           text,
  tags                    text[] NOT NULL,
  dropped                 text[] NOT NULL,      -- JSON pointers of what no purpose allows: never stored
  door                    text NOT NULL,        -- import, api, xapi, webhook
  contract                text NOT NULL,
  received_at             timestamptz NOT NULL,
  PRIMARY KEY (source, record_id, revision)
);
CREATE INDEX completion_actor ON completion (actor_id);

-- What arrived and can't be settled: durable, with what is wrong and who settles it. Released by a resend that is
-- right, or by a decision; the row stays.
CREATE TABLE quarantine (
  statement_id bigint PRIMARY KEY DEFAULT nextval('statement_id'),
  source       text NOT NULL,
  record_id    text NOT NULL,
  revision     text NOT NULL,
  actor_id     bigint NOT NULL,
  fingerprint  bytea NOT NULL,
  sealed       bytea NOT NULL,
  raw_kept     boolean NOT NULL,
  code         text NOT NULL,
  pointer      text NOT NULL,                   -- RFC 6901, into the event
  expected     text NOT NULL,
  actual       text NOT NULL,                   -- its kind and length, never what it says
  owner        text NOT NULL,
  origin       text,                            -- file and line, where it came from a file
  dropped      text[] NOT NULL,
  door         text NOT NULL,
  contract     text NOT NULL,
  received_at  timestamptz NOT NULL,
  released_at  timestamptz,
  released_by  text,                            -- 'resend', or the decision
  UNIQUE (source, record_id, revision, actor_id, fingerprint),
  CHECK ((released_at IS NULL) = (released_by IS NULL))
);
CREATE INDEX quarantine_open ON quarantine (code, received_at) WHERE released_at IS NULL;

-- What is to be carried to each target.
CREATE TABLE outbox (
  statement_id bigint NOT NULL,
  target       text NOT NULL,
  due_at       timestamptz NOT NULL,
  PRIMARY KEY (statement_id, target)
);

-- Leaves that wait for their place in the audit log: the audit room takes them from here, in batches. The salt of
-- a commitment comes from the actor's key, so it goes with that.
CREATE TABLE audit_pending (
  pending_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  statement_id bigint NOT NULL,
  commitment   bytea NOT NULL CHECK (length(commitment) = 32)
);
