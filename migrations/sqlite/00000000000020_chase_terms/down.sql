ALTER TABLE chase_rules DROP COLUMN valid_to;
ALTER TABLE chase_rules DROP COLUMN valid_from;
