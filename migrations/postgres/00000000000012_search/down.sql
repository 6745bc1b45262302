DROP TABLE inbox_filters;
DROP INDEX feedback_drafts_by_step;
DROP INDEX feedback_open_by_assignee;
DROP INDEX feedback_open_by_due;
DROP INDEX feedback_open_by_office;
DROP INDEX feedback_by_office;
CREATE INDEX feedback_by_office ON feedback (office, state, due_on);
DROP TABLE feedback_fts;
DROP TABLE feedback_words;
