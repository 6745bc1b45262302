DROP INDEX feedback_by_survivor;
CREATE INDEX feedback_by_survivor ON feedback (merged_into);
