DROP INDEX feedback_events_waiting;
ALTER TABLE feedback_events DROP COLUMN leaf;
DROP TABLE ledger_marks;
DROP TABLE ledger_files;
DROP TABLE ledger_checkpoints;
DROP TABLE ledger_tiles;
DROP TABLE ledger_leaves;
