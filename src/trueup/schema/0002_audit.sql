-- The audit log: an append-only Merkle tree (C2SP tlog-tiles). Room: audit.
--
-- Writers insert into audit_pending (0001), in the statement that writes what is to be proven: statement_id, and the
-- commitment of the record (trueup/audit/commitment.py), 32 bytes. They take no lock and wait for nobody. One
-- sequencer at a time moves what waits into the tables below, in one transaction a batch: the leaf's place, the
-- tiles that grew, the signed head. What is committed there is for good, and the database itself sees to it.

-- The place of each statement's commitment in the log. The commitment itself stands in the bundle of entries.
CREATE TABLE audit_leaf (
  statement_id bigint NOT NULL,
  leaf_index   bigint NOT NULL CHECK (leaf_index >= 0),
  PRIMARY KEY (statement_id, leaf_index)
);

-- Tiles of hashes, and bundles of entries under the level -1: the whole of each, full or not. A narrower one, as an
-- older checkpoint needs it, is its beginning.
CREATE TABLE audit_tile (
  level      smallint NOT NULL CHECK (level BETWEEN -1 AND 7),
  tile_index bigint NOT NULL CHECK (tile_index >= 0),
  data       bytea NOT NULL,                    -- 32 bytes a hash, 34 an entry: at most 256 of them
  PRIMARY KEY (level, tile_index),
  CHECK (length(data) BETWEEN 1 AND 8704)
);
ALTER TABLE audit_tile ALTER COLUMN data SET STORAGE EXTERNAL; -- hashes don't compress

-- The one head that is in force, with the keys by which it is verified.
CREATE TABLE audit_head (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  origin        text NOT NULL,
  size          bigint NOT NULL CHECK (size >= 0),
  note          text NOT NULL,                  -- C2SP tlog-checkpoint
  verifier_keys text NOT NULL,                  -- C2SP signed-note, one a line
  signed_at     timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_tile' THEN
    IF substring(NEW.data FROM 1 FOR length(OLD.data)) = OLD.data
       AND (NEW.level, NEW.tile_index) = (OLD.level, OLD.tile_index) THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_head' THEN
    IF NEW.size >= OLD.size AND NEW.origin = OLD.origin THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit log only grows: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON audit_tile FOR EACH ROW EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON audit_leaf FOR EACH ROW EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON audit_tile EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON audit_head EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON audit_leaf EXECUTE FUNCTION audit_only_grows();
