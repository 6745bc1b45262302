-- What stands beside the classes (ACCOUNTING.md §4): whether the answer was one
-- for many, how often the opinion was forwarded, whether its sender asked a
-- higher office. With what the sender said, one text a cell:
-- `reply:grouped:within the first deadline:forwardings:appeal`.
ALTER TABLE feedback ADD COLUMN grouped BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE feedback ADD COLUMN forwards BIGINT NOT NULL DEFAULT 0;
ALTER TABLE feedback ADD COLUMN appeal TEXT;
ALTER TABLE feedback_drafts ADD COLUMN grouped BIGINT;

-- A "no" that went to a higher office: its own clock and its own two people.
-- The row is the work in progress until it is published.
CREATE TABLE feedback_appeals (
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  n BIGINT NOT NULL,
  office TEXT NOT NULL REFERENCES offices (code),
  appealed_on DATE NOT NULL,
  until DATE NOT NULL,
  answer TEXT NOT NULL,
  handed_in BOOLEAN NOT NULL,
  revision BIGINT NOT NULL,
  author UUID REFERENCES officers (id),
  approver UUID REFERENCES officers (id),
  answered_on DATE,
  PRIMARY KEY (serial, n)
);
CREATE INDEX feedback_appeals_open ON feedback_appeals (office, until, serial) WHERE answered_on IS NULL;

DROP TRIGGER feedback_counted_in ON feedback;
DROP TRIGGER feedback_counted_anew ON feedback;
DROP FUNCTION count_feedback_in();
DROP FUNCTION count_feedback_change();
DROP FUNCTION feedback_cells(feedback, BIGINT);
TRUNCATE feedback_counts;
ALTER TABLE feedback_counts DROP CONSTRAINT feedback_counts_pkey;
UPDATE feedback SET forwards = f.n
  FROM (SELECT serial, COUNT(*) AS n FROM feedback_events WHERE event = 'forwarded' GROUP BY serial) AS f WHERE f.serial = feedback.serial;
ALTER TABLE feedback_counts DROP COLUMN reply;
ALTER TABLE feedback_counts ADD COLUMN beside TEXT NOT NULL;
ALTER TABLE feedback_counts ADD PRIMARY KEY (scope, received_on, settled, paused, due_on, late, beside);
INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, beside, n)
  SELECT scope, received_on, settled, paused, due_on, late, beside, COUNT(*) FROM (
    SELECT 'all' AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(to_char(due_on, 'YYYY-MM-DD'), '') AS due_on, COALESCE(out_on > due_on, FALSE) AS late, COALESCE(feedback.reply, '') || ':' || feedback.grouped::int || ':' || COALESCE(feedback.answered_on <= feedback.first_due_on, FALSE)::int || ':' || LEAST(feedback.forwards, 2) || ':' || COALESCE(feedback.appeal, '') AS beside FROM feedback
    UNION ALL SELECT 'field:' || field AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(to_char(due_on, 'YYYY-MM-DD'), '') AS due_on, COALESCE(out_on > due_on, FALSE) AS late, COALESCE(feedback.reply, '') || ':' || feedback.grouped::int || ':' || COALESCE(feedback.answered_on <= feedback.first_due_on, FALSE)::int || ':' || LEAST(feedback.forwards, 2) || ':' || COALESCE(feedback.appeal, '') AS beside FROM feedback
    UNION ALL SELECT 'office:' || office AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(to_char(due_on, 'YYYY-MM-DD'), '') AS due_on, COALESCE(out_on > due_on, FALSE) AS late, COALESCE(feedback.reply, '') || ':' || feedback.grouped::int || ':' || COALESCE(feedback.answered_on <= feedback.first_due_on, FALSE)::int || ':' || LEAST(feedback.forwards, 2) || ':' || COALESCE(feedback.appeal, '') AS beside FROM feedback
    UNION ALL SELECT 'respondent:' || respondent AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(to_char(due_on, 'YYYY-MM-DD'), '') AS due_on, COALESCE(out_on > due_on, FALSE) AS late, COALESCE(feedback.reply, '') || ':' || feedback.grouped::int || ':' || COALESCE(feedback.answered_on <= feedback.first_due_on, FALSE)::int || ':' || LEAST(feedback.forwards, 2) || ':' || COALESCE(feedback.appeal, '') AS beside FROM feedback
  ) AS cells WHERE scope IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7;

CREATE FUNCTION feedback_cells(r feedback, by BIGINT)
  RETURNS TABLE (scope TEXT, received_on DATE, settled TEXT, paused BOOLEAN, due_on TEXT, late BOOLEAN, beside TEXT, n BIGINT) LANGUAGE SQL AS $$
  SELECT s.scope, r.received_on, COALESCE(r.settled, ''), r.paused, COALESCE(to_char(r.due_on, 'YYYY-MM-DD'), ''), COALESCE(r.out_on > r.due_on, FALSE),
    COALESCE(r.reply, '') || ':' || r.grouped::int || ':' || COALESCE(r.answered_on <= r.first_due_on, FALSE)::int || ':' || LEAST(r.forwards, 2) || ':' || COALESCE(r.appeal, ''), by
  FROM (VALUES ('all'), ('field:' || r.field), ('office:' || r.office), ('respondent:' || r.respondent)) AS s (scope)
  WHERE s.scope IS NOT NULL;
$$;
CREATE FUNCTION count_feedback_in() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  -- In one order, so that two transactions don't wait for each other.
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, beside, n)
    SELECT c.scope, c.received_on, c.settled, c.paused, c.due_on, c.late, c.beside, SUM(c.n)
    FROM came_in CROSS JOIN LATERAL feedback_cells(came_in, 1) AS c
    GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, beside) DO UPDATE SET n = feedback_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
-- Once for all that came in together.
CREATE TRIGGER feedback_counted_in AFTER INSERT ON feedback REFERENCING NEW TABLE AS came_in
  FOR EACH STATEMENT EXECUTE FUNCTION count_feedback_in();
CREATE FUNCTION count_feedback_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, beside, n)
    SELECT c.scope, c.received_on, c.settled, c.paused, c.due_on, c.late, c.beside, SUM(c.n)
    FROM (SELECT * FROM feedback_cells(NEW, 1) UNION ALL SELECT * FROM feedback_cells(OLD, -1)) AS c
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING SUM(c.n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, beside) DO UPDATE SET n = feedback_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
CREATE TRIGGER feedback_counted_anew AFTER UPDATE OF received_on, field, office, respondent, settled, paused, due_on, out_on, reply, grouped, answered_on, first_due_on, forwards, appeal ON feedback FOR EACH ROW
  WHEN ((OLD.received_on, OLD.field, OLD.office, OLD.respondent, OLD.settled, OLD.paused, OLD.due_on, OLD.out_on, OLD.reply, OLD.grouped, OLD.answered_on, OLD.first_due_on, OLD.forwards, OLD.appeal)
    IS DISTINCT FROM (NEW.received_on, NEW.field, NEW.office, NEW.respondent, NEW.settled, NEW.paused, NEW.due_on, NEW.out_on, NEW.reply, NEW.grouped, NEW.answered_on, NEW.first_due_on, NEW.forwards, NEW.appeal))
  EXECUTE FUNCTION count_feedback_change();
