-- What a question asks for stands beside its words, so that it is still counted
-- when they are erased, and it is counted with every change: /ket-qua asks how
-- many there are, at a hundred thousand of them as fast as at ten.
CREATE TABLE feedback_topics (
  serial BIGINT PRIMARY KEY REFERENCES feedback (serial),
  topic TEXT NOT NULL CHECK (topic IN ('support', 'advice'))
);
INSERT INTO feedback_topics (serial, topic) SELECT serial, topic FROM feedback_texts WHERE topic IS NOT NULL;
DROP INDEX feedback_texts_by_topic;
ALTER TABLE feedback_texts DROP COLUMN topic;

CREATE TABLE topic_counts (
  topic TEXT NOT NULL,
  received_on DATE NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (topic, received_on)
);
-- A topic is one of a question; sealed ones have no place in any count by content.
INSERT INTO topic_counts (topic, received_on, n)
  SELECT t.topic, f.received_on, COUNT(*) FROM feedback_topics AS t JOIN feedback AS f ON f.serial = t.serial
  WHERE f.kind = 'question' AND f.state <> 'sealed' GROUP BY 1, 2;

-- Once for all that come or go together, and in one order, so that two
-- transactions don't wait for each other.
CREATE FUNCTION count_topics() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO topic_counts (topic, received_on, n)
    SELECT m.topic, f.received_on, CASE TG_OP WHEN 'INSERT' THEN COUNT(*) ELSE -COUNT(*) END
    FROM moved AS m JOIN feedback AS f ON f.serial = m.serial
    WHERE f.kind = 'question' AND f.state <> 'sealed' GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (topic, received_on) DO UPDATE SET n = topic_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
CREATE TRIGGER topic_counted_in AFTER INSERT ON feedback_topics REFERENCING NEW TABLE AS moved
  FOR EACH STATEMENT EXECUTE FUNCTION count_topics();
CREATE TRIGGER topic_counted_out AFTER DELETE ON feedback_topics REFERENCING OLD TABLE AS moved
  FOR EACH STATEMENT EXECUTE FUNCTION count_topics();
CREATE FUNCTION count_topic_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO topic_counts (topic, received_on, n)
    SELECT topic, NEW.received_on, CASE WHEN NEW.kind = 'question' AND NEW.state <> 'sealed' THEN 1 ELSE -1 END
    FROM feedback_topics WHERE serial = NEW.serial
    ON CONFLICT (topic, received_on) DO UPDATE SET n = topic_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
CREATE TRIGGER topic_counted_anew AFTER UPDATE OF kind, state ON feedback FOR EACH ROW
  WHEN ((OLD.kind = 'question' AND OLD.state <> 'sealed') <> (NEW.kind = 'question' AND NEW.state <> 'sealed'))
  EXECUTE FUNCTION count_topic_change();
