-- What is carried to each target, call by call, and what became of it. Room: delivery.

-- One row a completion and target, for good:
--   queued      not sent yet, or to be sent again
--   sent        it may be at the target; nobody knows until it is looked up
--   accepted    the target said that it has it
--   verified    it was read back there, as it should be
--   dead        given up; dead_letter says why
--   superseded  another revision of the record goes instead
ALTER TABLE outbox
  ADD COLUMN urgent boolean NOT NULL DEFAULT false, -- its deadline is near from the start; may use the reserve
  ADD COLUMN state text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'sent', 'accepted', 'verified', 'dead', 'superseded')),
  ADD COLUMN run_at timestamptz NOT NULL DEFAULT '-infinity', -- not before; while a call has it: the end of its lease
  ADD COLUMN attempts integer NOT NULL DEFAULT 0,   -- calls that carried it, or looked for it
  ADD COLUMN writes integer NOT NULL DEFAULT 0,     -- of these, those that carried it
  ADD COLUMN blind integer NOT NULL DEFAULT 0,      -- looks for it that were not answered, in a row
  ADD COLUMN reparented bigint NOT NULL DEFAULT 0,  -- the last decision about whose it is that was carried on
  ADD COLUMN at_most integer,                       -- goes in no larger batch: a larger one was refused as a whole
  ADD COLUMN call_id bigint,                        -- the call that has it, or had it last
  ADD COLUMN code text,                             -- what it waits for, or died of
  ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN outbox.due_at IS 'until when it has to be there: earliest first';
CREATE INDEX outbox_to_write ON outbox (target, due_at, statement_id) WHERE state = 'queued';
CREATE INDEX outbox_to_look ON outbox (target, run_at) WHERE state IN ('sent', 'accepted');

-- What a vendor allows, as it counts: one row a target and a scope of its own. All workers share it.
CREATE TABLE destination (
  target       text NOT NULL,
  scope        text NOT NULL,
  spent        timestamptz[] NOT NULL DEFAULT '{}', -- the calls that count yet
  level        double precision NOT NULL DEFAULT 0, -- of a bucket that leaks: cost that counts yet
  level_at     timestamptz NOT NULL DEFAULT now(),
  closed_until timestamptz NOT NULL DEFAULT '-infinity', -- it asked for patience
  failures     integer NOT NULL DEFAULT 0,          -- in a row, of calls that say nothing of a record
  batch        double precision NOT NULL DEFAULT 1, -- how many records go in one call now
  PRIMARY KEY (target, scope)
);

-- Every call: when, what for, how many records, what it cost and what was left (requirements F4f).
CREATE TABLE call (
  call_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  target     text NOT NULL,
  scope      text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('write', 'look', 'pull', 'list')),
  worker     text NOT NULL,
  records    integer NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at   timestamptz,                           -- null: it runs, or its worker was killed
  status     integer,                               -- of HTTP; null: there was no answer
  request_id text,                                  -- as the vendor names it
  cost       double precision,
  remaining  double precision,
  wait       double precision,                      -- seconds of patience asked for
  error      text                                   -- why there was no answer; no text of the vendor
);
CREATE INDEX call_target ON call (target, call_id);

-- Every try to carry a completion or to find it there.
CREATE TABLE attempt (
  statement_id bigint NOT NULL,
  target       text NOT NULL,
  attempt      integer NOT NULL,
  call_id      bigint NOT NULL REFERENCES call,
  kind         text NOT NULL,                       -- create, update, delete, append, look
  outcome      text NOT NULL,
  code         text,
  digest       bytea,                               -- SHA-256 of what was sent
  diff         jsonb,                               -- field, expected, actual; personal data only as its kind
  at           timestamptz NOT NULL,
  PRIMARY KEY (statement_id, target, attempt)
);

-- What a target holds of a record, as far as was told or seen.
CREATE TABLE standing (
  target       text NOT NULL,
  source       text NOT NULL,
  record_id    text NOT NULL,
  remote_id    text,                                -- as the target names it
  statement_id bigint NOT NULL,                     -- the revision that it has
  replaces     bigint,                              -- the one that it had before, until the other one was seen
  digest       bytea NOT NULL,                      -- of what it was sent
  gone         boolean NOT NULL DEFAULT false,      -- taken back
  seen_at      timestamptz,                         -- read back last; null: only told
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (target, source, record_id)
);

-- What was given up. It stays until what it stands for is verified, or somebody discards it.
CREATE TABLE dead_letter (
  letter_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  statement_id bigint NOT NULL,
  target       text NOT NULL,
  code         text NOT NULL,
  pointer      text NOT NULL,                       -- RFC 6901, into what was sent
  expected     text NOT NULL,
  actual       text NOT NULL,                       -- its kind where it is personal
  attempts     integer NOT NULL,
  digest       bytea,                               -- of what was refused: as long as it is the same, so is the answer
  died_at      timestamptz NOT NULL,
  redriven_at  timestamptz,
  redriven_by  text,
  ended_at     timestamptz,                         -- verified, or discarded
  ended_by     text,                                -- 'verified', or who discarded it
  reason       text,
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX dead_letter_statement ON dead_letter (statement_id);
CREATE UNIQUE INDEX dead_letter_open ON dead_letter (statement_id, target) WHERE ended_at IS NULL;

-- The decisions by which a completion has another person, for other rooms to read. Room: identity.
CREATE VIEW reparented_facts AS SELECT decision_id, statement_id FROM reparented;

-- How far each source was pulled, by its own clock, and when all of it was read last.
CREATE TABLE pull_cursor (
  source    text PRIMARY KEY,
  through   timestamptz,
  swept_at  timestamptz,
  pulled_at timestamptz NOT NULL
);
