-- The ladder of reminders (đôn đốc): when, counted in working days from the
-- deadline, and to whom.
CREATE TABLE chase_rules (
  code TEXT PRIMARY KEY,
  timing TEXT NOT NULL CHECK (timing IN ('half', 'before', 'after')),
  days BIGINT NOT NULL CHECK (days BETWEEN 0 AND 100),
  part TEXT NOT NULL CHECK (part IN ('officer', 'head', 'supervisor')),
  source TEXT NOT NULL
);
