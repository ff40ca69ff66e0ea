-- Who is who: what systems say of people, in two times, and what was decided of it. Room: identity.

-- One system's own entry of somebody: a line of a roster, an account. Its number is how people speak of it.
CREATE TABLE identity_record (
  record_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  role       text NOT NULL CHECK (role IN ('person', 'account')),
  issuer     text NOT NULL,                       -- the roster, or who issued the account
  name       text NOT NULL,                       -- as first written
  key        text NOT NULL,                       -- as it is compared
  bearer     smallint NOT NULL DEFAULT 1,         -- 2 is the second human whom that issuer calls so
  known_from timestamptz NOT NULL,
  UNIQUE (role, issuer, key, bearer)
);

-- That a record has an identifier, or says a thing of its human: true from one day until another (exclusive; null:
-- no end known, or since ever), as known from one instant until another. What is known otherwise later is closed in
-- the second time and said anew; nothing is overwritten.
CREATE TABLE assertion (
  assertion_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_id    bigint NOT NULL REFERENCES identity_record,
  kind         text NOT NULL CHECK (kind IN ('id', 'employment', 'employee_number', 'former_number', 'email', 'alias',
                 'first_name', 'last_name', 'former_last_name', 'department', 'city')),
  value        text NOT NULL,                     -- as written
  normalised   text NOT NULL,                     -- as it is compared
  normaliser   text NOT NULL,                     -- by this rule, with its version
  true_from    date,
  true_to      date,
  known_from   timestamptz NOT NULL,
  known_to     timestamptz,
  CHECK (true_from < true_to),
  CHECK (known_from <= known_to)
);
CREATE INDEX assertion_record ON assertion (record_id) WHERE known_to IS NULL;
CREATE INDEX assertion_value ON assertion (normalised, kind);

CREATE FUNCTION assertion_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.known_to IS NULL AND NEW.known_to IS NOT NULL
     AND (to_jsonb(NEW) - 'known_to') = (to_jsonb(OLD) - 'known_to') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what was known stands: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER stands BEFORE UPDATE ON assertion FOR EACH ROW EXECUTE FUNCTION assertion_stands();

-- What was decided at once, by a policy or by a person. Its number is in the audit log, and its leaf commits to the
-- digest of the decisions. A reason may name somebody: it is sealed with the key of whom it is about.
CREATE TABLE identity_batch (
  statement_id bigint PRIMARY KEY DEFAULT nextval('statement_id'),
  decided_by   text NOT NULL,                     -- 'policy', or who
  decided_at   timestamptz NOT NULL,
  policy_hash  text NOT NULL,
  actor_id     bigint NOT NULL,                   -- whose key seals it; may outlive its actor
  sealed       bytea NOT NULL,                    -- digest of the decisions, and the reason
  contract     text NOT NULL
);

-- Which record is which person's. Links are projected from these alone, in their order:
--   found    the record is of a person not known before
--   link     the record is this person's
--   apart    the record is not this person's
--   merge    the person is the same as `other_id`
--   unmerge  the merge `undoes` no longer holds
CREATE TABLE identity_decision (
  decision_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  statement_id bigint NOT NULL REFERENCES identity_batch,
  kind         text NOT NULL CHECK (kind IN ('found', 'link', 'apart', 'merge', 'unmerge')),
  record_id    bigint REFERENCES identity_record,
  person_id    uuid NOT NULL,
  other_id     uuid,
  undoes       bigint UNIQUE REFERENCES identity_decision,
  rule         text NOT NULL,                     -- the tier or gate, or 'person' where a person decided
  weight       double precision,                  -- bits
  margin       double precision,                  -- bits before the next-best
  evidence     text,                              -- JSON: field by field what agrees; no value stands in it
  CHECK ((kind IN ('found', 'link', 'apart')) = (record_id IS NOT NULL)),
  CHECK ((kind IN ('merge', 'unmerge')) = (other_id IS NOT NULL)),
  CHECK ((kind = 'unmerge') = (undoes IS NOT NULL)),
  CHECK (person_id <> other_id)
);
CREATE INDEX identity_decision_record ON identity_decision (record_id, decision_id);
CREATE INDEX identity_decision_person ON identity_decision (person_id);
CREATE INDEX identity_decision_merge ON identity_decision (decision_id) WHERE kind IN ('merge', 'unmerge');
CREATE INDEX identity_decision_batch ON identity_decision (statement_id);

CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON identity_batch FOR EACH ROW EXECUTE FUNCTION decision_stands();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON identity_batch EXECUTE FUNCTION decision_stands();
CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON identity_decision FOR EACH ROW EXECUTE FUNCTION decision_stands();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON identity_decision EXECUTE FUNCTION decision_stands();

-- From here on everything follows from the above, and may be dropped and projected again.

CREATE TABLE link (
  record_id   bigint PRIMARY KEY,
  person_id   uuid NOT NULL,                      -- before merges
  decision_id bigint NOT NULL
);
CREATE INDEX link_person ON link (person_id);

CREATE TABLE merged (
  person_id uuid PRIMARY KEY,
  into_id   uuid NOT NULL                         -- the one who stays, at the end of all merges
);

-- Whom a record without a sure person may be: what the matcher found last, for a person to choose from.
CREATE TABLE candidate (
  record_id   bigint NOT NULL,
  rank        smallint NOT NULL,
  person_id   uuid NOT NULL,
  weight      double precision NOT NULL,
  margin      double precision NOT NULL,
  gate        text,
  vetoes      text[] NOT NULL,
  evidence    text NOT NULL,
  policy_hash text NOT NULL,
  PRIMARY KEY (record_id, rank)
);

-- What sources call people, for other rooms to read. Room: privacy.
CREATE VIEW actor_facts AS SELECT actor_id, issuer, name, employee_number, person_id, email FROM actor;

-- What an actor of the ledger is called, as it is compared: an account is a record, other names are looked up on the
-- day of each completion.
CREATE TABLE actor_name (
  actor_id   bigint NOT NULL REFERENCES actor ON DELETE CASCADE,
  tier       smallint NOT NULL,                   -- the lower, the surer
  kind       text NOT NULL,
  issuer     text NOT NULL,                       -- of an account; else ''
  normalised text NOT NULL,
  PRIMARY KEY (actor_id, tier)
);
CREATE INDEX actor_name_value ON actor_name (normalised, kind);

-- Weights that the matcher learned, to score new records with. Numbers alone; the newest is used.
CREATE TABLE identity_model (
  model_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  learned_at  timestamptz NOT NULL,
  policy_hash text NOT NULL,
  fitted      text NOT NULL
);

-- Completions that changed hands, by which decision: what was delivered already is to be corrected at its target. A
-- later row of the same completion compensates an earlier one.
CREATE TABLE reparented (
  decision_id  bigint NOT NULL REFERENCES identity_decision,
  statement_id bigint NOT NULL,
  from_id      uuid,
  to_id        uuid,
  PRIMARY KEY (decision_id, statement_id)
);

-- The person of each record.
CREATE VIEW identity_facts AS
SELECT r.record_id, r.role, r.issuer, r.name, r.key, coalesce(m.into_id, l.person_id) AS person_id, l.decision_id
FROM identity_record r JOIN link l USING (record_id) LEFT JOIN merged m ON m.person_id = l.person_id;

-- The person of each completion: of its account; else whoever had the name that it came under, on that day.
CREATE VIEW activity_facts AS
SELECT c.statement_id, c.source, c.record_id, c.revision, c.actor_id, p.person_id
FROM completion c
LEFT JOIN LATERAL (
  SELECT CASE WHEN count(DISTINCT s.person_id) = 1 THEN (array_agg(s.person_id))[1] END AS person_id
  FROM (
    SELECT f.person_id, n.tier, min(n.tier) OVER () AS best
    FROM actor_name n
    JOIN identity_facts f ON n.kind = 'account' AND f.role = 'account' AND f.issuer = n.issuer AND f.key = n.normalised
    WHERE n.actor_id = c.actor_id
    UNION ALL
    SELECT f.person_id, n.tier, min(n.tier) OVER ()
    FROM actor_name n
    JOIN assertion a ON a.normalised = n.normalised AND a.kind = n.kind AND a.known_to IS NULL
      AND (a.true_from IS NULL OR a.true_from <= coalesce(c.occurred_at, c.received_at)::date)
      AND (a.true_to IS NULL OR a.true_to > coalesce(c.occurred_at, c.received_at)::date)
    JOIN identity_facts f ON f.record_id = a.record_id AND f.role = 'person'
    WHERE n.actor_id = c.actor_id AND n.kind <> 'account'
  ) s
  WHERE s.tier = s.best
) p ON true;
