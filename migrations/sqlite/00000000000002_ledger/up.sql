-- The public ledger (LEDGER.md): leaves in their order, the tree above them in
-- tiles of 256 hashes, what was signed, and the files that leaves commit to.
CREATE TABLE ledger_leaves (
  idx INTEGER PRIMARY KEY NOT NULL,
  leaf TEXT NOT NULL,
  -- The number of the response that it is about.
  response INTEGER UNIQUE
) STRICT;

-- Base64 of the hashes that are there so far; only the last tile of a level grows.
CREATE TABLE ledger_tiles (
  level INTEGER NOT NULL,
  n INTEGER NOT NULL,
  hashes TEXT NOT NULL,
  PRIMARY KEY (level, n)
) STRICT;

-- The last one of every day, and the last.
CREATE TABLE ledger_checkpoints (
  size INTEGER PRIMARY KEY NOT NULL,
  on_day TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT;

-- Under their address below the ledger's.
CREATE TABLE ledger_files (path TEXT PRIMARY KEY NOT NULL, content TEXT NOT NULL) STRICT;

-- What the log said last of each thing, and how far it has come.
CREATE TABLE ledger_marks (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;

-- The event's place in the log.
ALTER TABLE feedback_events ADD COLUMN leaf INTEGER;
CREATE INDEX feedback_events_waiting ON feedback_events (on_day, serial, n) WHERE leaf IS NULL;
