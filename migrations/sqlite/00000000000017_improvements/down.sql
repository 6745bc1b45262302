DROP TABLE improvement_items;
DROP TABLE improvement_versions;
DROP TABLE improvements;
