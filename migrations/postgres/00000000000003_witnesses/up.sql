-- What witnesses signed of the public ledger, the last of each: the size of the
-- tree, the checkpoint, and the line that the witness added to it.
CREATE TABLE ledger_cosignatures (
  witness TEXT PRIMARY KEY NOT NULL,
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  line TEXT NOT NULL
);

-- Time stamps (RFC 3161) of the last checkpoint of each day, base64.
CREATE TABLE ledger_stamps (size BIGINT PRIMARY KEY NOT NULL, stamp TEXT NOT NULL);
