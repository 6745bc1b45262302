ALTER TABLE breaches DROP COLUMN revision;
