-- The address at which an officer's own calendar program reads their deadlines:
-- one a person, known here by its hash alone.
CREATE TABLE deadline_feeds (
  officer UUID PRIMARY KEY REFERENCES officers (id),
  token_hash TEXT NOT NULL UNIQUE,
  made_on DATE NOT NULL
);
