-- Everybody who wrote in the answer to an appeal, apart from those who wrote in
-- the answer that it is about; and everybody who wrote in a published version of
-- that. None of the latter may have a part in the former.
CREATE TABLE appeal_authors (
  serial INTEGER NOT NULL,
  n INTEGER NOT NULL,
  officer TEXT NOT NULL REFERENCES officers (id),
  PRIMARY KEY (serial, n, officer),
  FOREIGN KEY (serial, n) REFERENCES feedback_appeals (serial, n)
) STRICT;
CREATE TABLE answer_authors (
  serial INTEGER NOT NULL,
  version INTEGER NOT NULL,
  officer TEXT NOT NULL REFERENCES officers (id),
  PRIMARY KEY (serial, version, officer),
  FOREIGN KEY (serial, version) REFERENCES feedback_answers (serial, version)
) STRICT;
INSERT INTO appeal_authors (serial, n, officer) SELECT serial, n, author FROM feedback_appeals WHERE author IS NOT NULL;
INSERT INTO answer_authors (serial, version, officer) SELECT serial, version, author FROM feedback_answers;
-- Until now one list had all who wrote; who wrote in the appeal stays on it, and approves no later version.
INSERT INTO answer_authors (serial, version, officer)
  SELECT v.serial, v.version, d.officer FROM feedback_answers AS v JOIN draft_authors AS d ON d.serial = v.serial
  WHERE d.officer <> v.author AND NOT EXISTS (SELECT 1 FROM feedback_appeals AS a WHERE a.serial = v.serial AND a.author = d.officer);
-- Why an approver gave the answer to an appeal back, until it is handed in again.
ALTER TABLE feedback_appeals ADD COLUMN returned TEXT;
