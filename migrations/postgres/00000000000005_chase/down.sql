DROP TABLE chase_rules;
