-- Who has an opinion open at the desk just now, so that two people who work on
-- it see each other. Minutes count; what is older means nothing and goes.
CREATE TABLE feedback_presence (
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  officer UUID NOT NULL REFERENCES officers (id),
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (serial, officer)
);
