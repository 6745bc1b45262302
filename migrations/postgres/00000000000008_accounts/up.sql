-- The second factor of an account. The secret is encrypted with a key that is
-- not in the database; until it is confirmed by a code it asks nothing of anybody.
CREATE TABLE officer_totp (
  officer UUID PRIMARY KEY NOT NULL REFERENCES officers (id),
  sealed TEXT NOT NULL,
  begun_at TIMESTAMPTZ NOT NULL, confirmed_at TIMESTAMPTZ,
  last_step BIGINT NOT NULL
);

-- What stands for a code when the telephone is lost; each goes when it is used.
CREATE TABLE recovery_codes (
  officer UUID NOT NULL REFERENCES officers (id),
  code_hash TEXT NOT NULL,
  PRIMARY KEY (officer, code_hash)
);

-- Sign-ins whose password was right and whose code is waited for. No session.
CREATE TABLE sign_in_steps (
  token_hash TEXT PRIMARY KEY NOT NULL,
  officer UUID NOT NULL REFERENCES officers (id),
  expires_at TIMESTAMPTZ NOT NULL
);

-- Links that set a new password, by the hash of what they hold.
CREATE TABLE password_resets (
  token_hash TEXT PRIMARY KEY NOT NULL,
  officer UUID NOT NULL REFERENCES officers (id),
  created_at TIMESTAMPTZ NOT NULL, expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX password_resets_by_officer ON password_resets (officer);

-- What programs of an officer sign in with, by the hash.
CREATE TABLE access_tokens (
  id UUID PRIMARY KEY NOT NULL,
  officer UUID NOT NULL REFERENCES officers (id),
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  made_on DATE NOT NULL, last_on DATE NOT NULL,
  used_on DATE, revoked_on DATE
);
CREATE INDEX access_tokens_by_officer ON access_tokens (officer);
