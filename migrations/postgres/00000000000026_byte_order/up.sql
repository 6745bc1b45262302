-- Hashes and codes that every slip is looked up or counted by: compared byte by
-- byte, as on SQLite, and not as the words of a language.
ALTER TABLE counters ALTER COLUMN name TYPE TEXT COLLATE "C";
ALTER TABLE responses ALTER COLUMN receipt_hash TYPE TEXT COLLATE "C";
ALTER TABLE tallies ALTER COLUMN questionnaire TYPE TEXT COLLATE "C", ALTER COLUMN scope TYPE TEXT COLLATE "C", ALTER COLUMN sample TYPE TEXT COLLATE "C";
ALTER TABLE feedback ALTER COLUMN receipt_hash TYPE TEXT COLLATE "C";
ALTER TABLE feedback_counts
  ALTER COLUMN scope TYPE TEXT COLLATE "C", ALTER COLUMN settled TYPE TEXT COLLATE "C",
  ALTER COLUMN due_on TYPE TEXT COLLATE "C", ALTER COLUMN beside TYPE TEXT COLLATE "C";
ALTER TABLE attachments ALTER COLUMN receipt_hash TYPE TEXT COLLATE "C";
ALTER TABLE outbox ALTER COLUMN dedup TYPE TEXT COLLATE "C";

-- They change nothing: the planner puts their words where they are called, instead of planning them anew for each row.
ALTER FUNCTION feedback_cells(feedback, BIGINT) STABLE;
ALTER FUNCTION press_cells(feedback, BIGINT) STABLE;
