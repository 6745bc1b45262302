ALTER TABLE feedback_appeals DROP COLUMN returned;
DROP TABLE answer_authors;
INSERT INTO draft_authors (serial, officer) SELECT DISTINCT serial, officer FROM appeal_authors WHERE true ON CONFLICT DO NOTHING;
DROP TABLE appeal_authors;
