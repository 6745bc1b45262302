CREATE TABLE clock_rules_old (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  kind TEXT, field TEXT,
  step TEXT NOT NULL CHECK (step IN ('answer', 'refuse', 'ask', 'approve')),
  days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 400),
  valid_from TEXT NOT NULL, valid_to TEXT,
  source TEXT NOT NULL
) STRICT;
INSERT INTO clock_rules_old SELECT * FROM clock_rules WHERE step <> 'confirm';
DROP TABLE clock_rules;
ALTER TABLE clock_rules_old RENAME TO clock_rules;
DROP INDEX feedback_unconfirmed;
DROP INDEX feedback_by_wait;
ALTER TABLE feedback DROP COLUMN unconfirmed;
ALTER TABLE feedback DROP COLUMN waits_until;
