-- Everybody who wrote in the answer to an appeal, apart from those who wrote in
-- the answer that it is about: none of these may write in it.
CREATE TABLE appeal_authors (
  serial BIGINT NOT NULL,
  n BIGINT NOT NULL,
  officer UUID NOT NULL REFERENCES officers (id),
  PRIMARY KEY (serial, n, officer),
  FOREIGN KEY (serial, n) REFERENCES feedback_appeals (serial, n)
);
INSERT INTO appeal_authors (serial, n, officer) SELECT serial, n, author FROM feedback_appeals WHERE author IS NOT NULL;
-- They stood among the authors of the item's draft until now.
DELETE FROM draft_authors
  WHERE EXISTS (SELECT 1 FROM feedback_appeals AS a WHERE a.serial = draft_authors.serial AND a.author = draft_authors.officer)
    AND NOT EXISTS (SELECT 1 FROM feedback_answers AS v WHERE v.serial = draft_authors.serial AND v.author = draft_authors.officer);
