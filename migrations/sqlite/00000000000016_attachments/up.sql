-- Files beside an opinion. Their bytes lie in the file store under a random name,
-- encrypted; a row here says what they belong to. A name is freed from a moment on
-- when nothing names it: the bytes go first, the row after them.
CREATE TABLE files (
  object TEXT PRIMARY KEY NOT NULL,
  free_from TEXT
) STRICT;
CREATE INDEX files_free ON files (free_from);
-- A sender's file hangs on the receipt, because it comes before the opinion is
-- stored; `serial` follows.
CREATE TABLE attachments (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  receipt_hash TEXT NOT NULL,
  serial INTEGER REFERENCES feedback (serial),
  officer TEXT REFERENCES officers (id),
  format TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  object TEXT NOT NULL UNIQUE REFERENCES files (object),
  at TEXT NOT NULL
) STRICT;
CREATE INDEX attachments_by_receipt ON attachments (receipt_hash, id);
CREATE INDEX attachments_by_item ON attachments (serial, at);
