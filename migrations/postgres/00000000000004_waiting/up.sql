-- Until when a sender who was asked for more is waited for, and whether the
-- receiver still has to confirm a seal that an officer made.
ALTER TABLE feedback ADD COLUMN waits_until DATE;
ALTER TABLE feedback ADD COLUMN unconfirmed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX feedback_by_wait ON feedback (waits_until) WHERE waits_until IS NOT NULL;
CREATE INDEX feedback_unconfirmed ON feedback (out_on) WHERE unconfirmed;

-- One step more: to confirm a seal.
ALTER TABLE clock_rules DROP CONSTRAINT clock_rules_step_check;
ALTER TABLE clock_rules ADD CONSTRAINT clock_rules_step_check CHECK (step IN ('answer', 'refuse', 'ask', 'approve', 'confirm'));
