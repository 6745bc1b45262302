-- Few opinions are merged into another: the index has those alone, so that none of the others is written into it.
DROP INDEX feedback_by_survivor;
CREATE INDEX feedback_by_survivor ON feedback (merged_into) WHERE merged_into IS NOT NULL;
