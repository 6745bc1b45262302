-- Until when a sender who was asked for more is waited for, and whether the
-- receiver still has to confirm a seal that an officer made.
ALTER TABLE feedback ADD COLUMN waits_until TEXT;
ALTER TABLE feedback ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX feedback_by_wait ON feedback (waits_until) WHERE waits_until IS NOT NULL;
CREATE INDEX feedback_unconfirmed ON feedback (out_on) WHERE unconfirmed = 1;

-- One step more: to confirm a seal.
CREATE TABLE clock_rules_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  kind TEXT, field TEXT,
  step TEXT NOT NULL CHECK (step IN ('answer', 'refuse', 'ask', 'approve', 'confirm')),
  days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 400),
  valid_from TEXT NOT NULL, valid_to TEXT,
  source TEXT NOT NULL
) STRICT;
INSERT INTO clock_rules_new SELECT * FROM clock_rules;
DROP TABLE clock_rules;
ALTER TABLE clock_rules_new RENAME TO clock_rules;
