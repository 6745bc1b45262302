DROP TRIGGER topic_counted_anew;
DROP TABLE topic_counts;
ALTER TABLE feedback_texts ADD COLUMN topic TEXT;
CREATE INDEX feedback_texts_by_topic ON feedback_texts (serial) WHERE topic IS NOT NULL;
UPDATE feedback_texts SET topic = (SELECT t.topic FROM feedback_topics AS t WHERE t.serial = feedback_texts.serial);
DROP TABLE feedback_topics;
