-- Who has an opinion open at the desk just now, so that two people who work on
-- it see each other. Minutes count; what is older means nothing and goes.
CREATE TABLE feedback_presence (
  serial INTEGER NOT NULL REFERENCES feedback (serial),
  officer TEXT NOT NULL REFERENCES officers (id),
  at TEXT NOT NULL,
  PRIMARY KEY (serial, officer)
) STRICT;
