DROP TABLE breaches;
DROP TABLE retention_runs;
ALTER TABLE contacts DROP COLUMN notice;
DROP TABLE rights_requests;
DELETE FROM listed_codes WHERE list = 'rights_refuse' OR (list = 'withhold' AND code = 'restricted');
