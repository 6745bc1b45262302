-- What officers tell one another about an opinion. Shown at the desk alone, and
-- no part of the public ledger.
CREATE TABLE feedback_notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  serial INTEGER NOT NULL REFERENCES feedback (serial),
  officer TEXT NOT NULL REFERENCES officers (id),
  at TEXT NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE INDEX feedback_notes_by_item ON feedback_notes (serial, id);
