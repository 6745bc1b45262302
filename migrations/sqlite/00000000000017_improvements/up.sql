-- What offices change because of opinions. Each version is kept; the public is
-- shown the newest that a second person published.
CREATE TABLE improvements (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  office TEXT NOT NULL REFERENCES offices (code)
) STRICT;
CREATE TABLE improvement_versions (
  improvement INTEGER NOT NULL REFERENCES improvements (id),
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  written_by TEXT NOT NULL REFERENCES officers (id),
  written_at TEXT NOT NULL,
  published_by TEXT REFERENCES officers (id),
  published_at TEXT,
  PRIMARY KEY (improvement, version)
) STRICT;
-- The opinions that the published version names.
CREATE TABLE improvement_items (
  serial INTEGER NOT NULL REFERENCES feedback (serial),
  improvement INTEGER NOT NULL REFERENCES improvements (id),
  PRIMARY KEY (serial, improvement)
) STRICT;
