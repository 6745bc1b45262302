DELETE FROM clock_rules WHERE step = 'confirm';
ALTER TABLE clock_rules DROP CONSTRAINT clock_rules_step_check;
ALTER TABLE clock_rules ADD CONSTRAINT clock_rules_step_check CHECK (step IN ('answer', 'refuse', 'ask', 'approve'));
DROP INDEX feedback_unconfirmed;
DROP INDEX feedback_by_wait;
ALTER TABLE feedback DROP COLUMN unconfirmed;
ALTER TABLE feedback DROP COLUMN waits_until;
