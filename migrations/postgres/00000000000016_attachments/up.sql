-- Files beside an opinion. Their bytes lie in the file store under a random name,
-- encrypted; a row here says what they belong to. A name is freed from a moment on
-- when nothing names it: the bytes go first, the row after them.
CREATE TABLE files (
  object UUID PRIMARY KEY,
  free_from TIMESTAMPTZ
);
CREATE INDEX files_free ON files (free_from);
-- A sender's file hangs on the receipt, because it comes before the opinion is
-- stored; `serial` follows.
CREATE TABLE attachments (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  receipt_hash TEXT NOT NULL,
  serial BIGINT REFERENCES feedback (serial),
  officer UUID REFERENCES officers (id),
  format TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  object UUID NOT NULL UNIQUE REFERENCES files (object),
  at TIMESTAMPTZ NOT NULL
);
CREATE INDEX attachments_by_receipt ON attachments (receipt_hash, id);
CREATE INDEX attachments_by_item ON attachments (serial, at);
