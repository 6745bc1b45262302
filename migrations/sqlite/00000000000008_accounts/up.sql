-- The second factor of an account. The secret is encrypted with a key that is
-- not in the database; until it is confirmed by a code it asks nothing of anybody.
CREATE TABLE officer_totp (
  officer TEXT PRIMARY KEY NOT NULL REFERENCES officers (id),
  sealed TEXT NOT NULL,
  begun_at TEXT NOT NULL, confirmed_at TEXT,
  last_step INTEGER NOT NULL
) STRICT;

-- What stands for a code when the telephone is lost; each goes when it is used.
CREATE TABLE recovery_codes (
  officer TEXT NOT NULL REFERENCES officers (id),
  code_hash TEXT NOT NULL,
  PRIMARY KEY (officer, code_hash)
) STRICT;

-- Sign-ins whose password was right and whose code is waited for. No session.
CREATE TABLE sign_in_steps (
  token_hash TEXT PRIMARY KEY NOT NULL,
  officer TEXT NOT NULL REFERENCES officers (id),
  expires_at TEXT NOT NULL
) STRICT;

-- Links that set a new password, by the hash of what they hold.
CREATE TABLE password_resets (
  token_hash TEXT PRIMARY KEY NOT NULL,
  officer TEXT NOT NULL REFERENCES officers (id),
  created_at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX password_resets_by_officer ON password_resets (officer);

-- What programs of an officer sign in with, by the hash.
CREATE TABLE access_tokens (
  id TEXT PRIMARY KEY NOT NULL,
  officer TEXT NOT NULL REFERENCES officers (id),
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  made_on TEXT NOT NULL, last_on TEXT NOT NULL,
  used_on TEXT, revoked_on TEXT
) STRICT;
CREATE INDEX access_tokens_by_officer ON access_tokens (officer);
