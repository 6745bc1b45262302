-- Who is away, from and to which day, and who does their work meanwhile.
CREATE TABLE absences (
  id UUID PRIMARY KEY NOT NULL,
  officer UUID NOT NULL REFERENCES officers (id),
  deputy UUID NOT NULL REFERENCES officers (id),
  from_on DATE NOT NULL, to_on DATE NOT NULL,
  noted_by UUID NOT NULL REFERENCES officers (id),
  ended_on DATE
);
CREATE INDEX absences_by_day ON absences (to_on);

-- The audit is looked through by person.
CREATE INDEX audit_by_officer ON audit (officer, id);
