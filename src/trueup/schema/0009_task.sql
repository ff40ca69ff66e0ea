-- What a person does at a target that can't be written to, and says when it is done. Room: delivery.

-- A target that nobody can write to: a delivery that it "accepted" is a task until somebody says that it is done.
ALTER TABLE destination ADD COLUMN by_hand boolean NOT NULL DEFAULT false;

-- Saying so is a call, too: who did it is its worker, and what they say of it stands with the attempt.
ALTER TABLE call DROP CONSTRAINT call_kind_check;
ALTER TABLE call ADD CONSTRAINT call_kind_check CHECK (kind IN ('write', 'look', 'pull', 'list', 'task'));
ALTER TABLE attempt ADD COLUMN note text;
