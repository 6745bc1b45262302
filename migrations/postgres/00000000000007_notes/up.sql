-- What officers tell one another about an opinion. Shown at the desk alone, and
-- no part of the public ledger.
CREATE TABLE feedback_notes (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  officer UUID NOT NULL REFERENCES officers (id),
  at TIMESTAMPTZ NOT NULL,
  words TEXT NOT NULL
);
CREATE INDEX feedback_notes_by_item ON feedback_notes (serial, id);
