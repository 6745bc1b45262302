-- A rung of the ladder of reminders holds from a day on, and ends.
ALTER TABLE chase_rules ADD COLUMN valid_from TEXT NOT NULL DEFAULT '2025-01-01';
ALTER TABLE chase_rules ADD COLUMN valid_to TEXT;
