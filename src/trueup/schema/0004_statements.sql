-- xAPI statements as they came, for the statements resource. Room: intake (trueup/intake/xapi). What a statement says
-- of a completion goes the way of every event (0001); this is the statement itself.

CREATE TABLE statement (
  source      text NOT NULL,
  id          uuid NOT NULL,
  seq         bigint GENERATED ALWAYS AS IDENTITY, -- tells apart what was stored at one instant
  stored_at   timestamptz NOT NULL DEFAULT now(),  -- start of its transaction: see consistent_through in the store
  version     text NOT NULL,                       -- of xAPI, as the request said
  account     text NOT NULL,                       -- the service account that brought it: its authority
  actor_id    bigint NOT NULL,                     -- whose key seals it; may outlive its actor
  fingerprint bytea NOT NULL,                      -- of what never changes of it, under the actor's key
  sealed      bytea,                               -- its text, byte for byte; null: the source keeps none
  keys        text[] NOT NULL,                     -- what queries ask for; people by actor_id
  target      uuid,                                -- the statement that its StatementRef names
  voiding     boolean NOT NULL,
  PRIMARY KEY (source, id)
);
CREATE INDEX statement_order ON statement (source, stored_at, seq);
CREATE INDEX statement_keys ON statement USING gin (keys);
CREATE INDEX statement_target ON statement (source, target) WHERE target IS NOT NULL;

-- With whether each is voided: by a voiding statement that names it, unless it is one itself (xAPI 1.0.3, Data 2.3.2).
CREATE VIEW statement_facts AS
  SELECT s.*, NOT s.voiding AND EXISTS (
           SELECT FROM statement v WHERE v.source = s.source AND v.target = s.id AND v.voiding) AS voided
  FROM statement s;
