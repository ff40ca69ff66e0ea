-- What people decided of what waited in quarantine, by whom and when. Room: intake (trueup/intake/quarantine).
--
-- A decision is a statement of its own: its number is in the audit log, and its leaf commits to the digest of what was
-- decided. The text itself (the reason, what was corrected) may name somebody, so it is sealed with the key of whom the
-- record is about, and is erased with them.
CREATE TABLE decision (
  statement_id  bigint PRIMARY KEY DEFAULT nextval('statement_id'),
  quarantine_id bigint NOT NULL UNIQUE REFERENCES quarantine (statement_id), -- what is decided is decided once
  outcome       text NOT NULL CHECK (outcome IN ('released', 'discarded')),
  decided_by    text NOT NULL,
  decided_at    timestamptz NOT NULL,
  actor_id      bigint NOT NULL,                -- whose key seals it; may outlive its actor
  sealed        bytea NOT NULL,                 -- digest and canonical JSON of the decision
  contract      text NOT NULL
);

CREATE FUNCTION decision_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'decisions stand: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON decision FOR EACH ROW EXECUTE FUNCTION decision_stands();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON decision EXECUTE FUNCTION decision_stands();

-- How the file that it came from writes its times (JSON; null: as events are read), so that what is read again is read
-- in the same way: a number in a workbook's column of dates is a day, elsewhere a second.
ALTER TABLE quarantine ADD COLUMN ways text;
