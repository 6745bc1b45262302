DROP TABLE answer_templates;
DROP TABLE feedback_picked;
DROP INDEX feedback_texts_by_topic;
ALTER TABLE feedback_texts DROP COLUMN topic;
