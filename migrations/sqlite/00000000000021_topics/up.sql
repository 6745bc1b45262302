-- What a question asks for stands beside its words, so that it is still counted
-- when they are erased, and it is counted with every change: /ket-qua asks how
-- many there are, at a hundred thousand of them as fast as at ten.
CREATE TABLE feedback_topics (
  serial INTEGER PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  topic TEXT NOT NULL CHECK (topic IN ('support', 'advice'))
) STRICT;
INSERT INTO feedback_topics (serial, topic) SELECT serial, topic FROM feedback_texts WHERE topic IS NOT NULL;
DROP INDEX feedback_texts_by_topic;
ALTER TABLE feedback_texts DROP COLUMN topic;

CREATE TABLE topic_counts (
  topic TEXT NOT NULL,
  received_on TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (topic, received_on)
) STRICT, WITHOUT ROWID;
-- A topic is one of a question; sealed ones have no place in any count by content.
INSERT INTO topic_counts (topic, received_on, n)
  SELECT t.topic, f.received_on, COUNT(*) FROM feedback_topics AS t JOIN feedback AS f ON f.serial = t.serial
  WHERE f.kind = 'question' AND f.state <> 'sealed' GROUP BY 1, 2;

CREATE TRIGGER topic_counted_in AFTER INSERT ON feedback_topics BEGIN
  INSERT INTO topic_counts (topic, received_on, n)
    SELECT NEW.topic, received_on, 1 FROM feedback WHERE serial = NEW.serial AND kind = 'question' AND state <> 'sealed'
    ON CONFLICT (topic, received_on) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER topic_counted_out AFTER DELETE ON feedback_topics BEGIN
  INSERT INTO topic_counts (topic, received_on, n)
    SELECT OLD.topic, received_on, -1 FROM feedback WHERE serial = OLD.serial AND kind = 'question' AND state <> 'sealed'
    ON CONFLICT (topic, received_on) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER topic_counted_anew AFTER UPDATE OF kind, state ON feedback
  WHEN (OLD.kind = 'question' AND OLD.state <> 'sealed') <> (NEW.kind = 'question' AND NEW.state <> 'sealed')
BEGIN
  INSERT INTO topic_counts (topic, received_on, n)
    SELECT topic, NEW.received_on, CASE WHEN NEW.kind = 'question' AND NEW.state <> 'sealed' THEN 1 ELSE -1 END
    FROM feedback_topics WHERE serial = NEW.serial
    ON CONFLICT (topic, received_on) DO UPDATE SET n = n + excluded.n;
END;
