-- Who is away, from and to which day, and who does their work meanwhile.
CREATE TABLE absences (
  id TEXT PRIMARY KEY NOT NULL,
  officer TEXT NOT NULL REFERENCES officers (id),
  deputy TEXT NOT NULL REFERENCES officers (id),
  from_on TEXT NOT NULL, to_on TEXT NOT NULL,
  noted_by TEXT NOT NULL REFERENCES officers (id),
  ended_on TEXT
) STRICT;
CREATE INDEX absences_by_day ON absences (to_on);

-- The audit is looked through by person.
CREATE INDEX audit_by_officer ON audit (officer, id);
