ALTER FUNCTION press_cells(feedback, BIGINT) VOLATILE;
ALTER FUNCTION feedback_cells(feedback, BIGINT) VOLATILE;
ALTER TABLE attachments ALTER COLUMN receipt_hash TYPE TEXT COLLATE "default";
ALTER TABLE outbox ALTER COLUMN dedup TYPE TEXT COLLATE "default";
ALTER TABLE feedback_counts
  ALTER COLUMN scope TYPE TEXT COLLATE "default", ALTER COLUMN settled TYPE TEXT COLLATE "default",
  ALTER COLUMN due_on TYPE TEXT COLLATE "default", ALTER COLUMN beside TYPE TEXT COLLATE "default";
ALTER TABLE feedback ALTER COLUMN receipt_hash TYPE TEXT COLLATE "default";
ALTER TABLE tallies ALTER COLUMN questionnaire TYPE TEXT COLLATE "default", ALTER COLUMN scope TYPE TEXT COLLATE "default", ALTER COLUMN sample TYPE TEXT COLLATE "default";
ALTER TABLE responses ALTER COLUMN receipt_hash TYPE TEXT COLLATE "default";
ALTER TABLE counters ALTER COLUMN name TYPE TEXT COLLATE "default";
