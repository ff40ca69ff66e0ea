-- What each comparison of source, ledger and target came to. Room: delivery.

CREATE TABLE comparison (
  comparison_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  target        text NOT NULL,
  begun_at      timestamptz NOT NULL,
  ended_at      timestamptz NOT NULL,
  due           bigint NOT NULL,                  -- records that the target is to hold
  same          bigint NOT NULL,                  -- of these, those that are as they should be
  causes        jsonb NOT NULL,                   -- how many differ, by cause
  failed        text                              -- why it did not come to its end
);
CREATE INDEX comparison_target ON comparison (target, comparison_id);
