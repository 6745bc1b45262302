-- Rises with every change of a record, so that nobody overwrites what they did not see.
ALTER TABLE breaches ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
