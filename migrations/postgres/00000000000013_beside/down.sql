DROP TRIGGER feedback_counted_in ON feedback;
DROP TRIGGER feedback_counted_anew ON feedback;
DROP FUNCTION count_feedback_in();
DROP FUNCTION count_feedback_change();
DROP FUNCTION feedback_cells(feedback, BIGINT);
TRUNCATE feedback_counts;
ALTER TABLE feedback_counts DROP CONSTRAINT feedback_counts_pkey;
ALTER TABLE feedback_counts DROP COLUMN beside;
ALTER TABLE feedback_counts ADD COLUMN reply TEXT NOT NULL;
ALTER TABLE feedback_counts ADD PRIMARY KEY (scope, received_on, settled, paused, due_on, late, reply);
INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, reply, n)
  SELECT scope, received_on, settled, paused, due_on, late, reply, COUNT(*) FROM (
    SELECT 'all' AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(to_char(due_on, 'YYYY-MM-DD'), '') AS due_on, COALESCE(out_on > due_on, FALSE) AS late, COALESCE(reply, '') AS reply FROM feedback
    UNION ALL SELECT 'field:' || field AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(to_char(due_on, 'YYYY-MM-DD'), '') AS due_on, COALESCE(out_on > due_on, FALSE) AS late, COALESCE(reply, '') AS reply FROM feedback
    UNION ALL SELECT 'office:' || office AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(to_char(due_on, 'YYYY-MM-DD'), '') AS due_on, COALESCE(out_on > due_on, FALSE) AS late, COALESCE(reply, '') AS reply FROM feedback
    UNION ALL SELECT 'respondent:' || respondent AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(to_char(due_on, 'YYYY-MM-DD'), '') AS due_on, COALESCE(out_on > due_on, FALSE) AS late, COALESCE(reply, '') AS reply FROM feedback
  ) AS cells WHERE scope IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7;

CREATE FUNCTION feedback_cells(r feedback, by BIGINT)
  RETURNS TABLE (scope TEXT, received_on DATE, settled TEXT, paused BOOLEAN, due_on TEXT, late BOOLEAN, reply TEXT, n BIGINT) LANGUAGE SQL AS $$
  SELECT s.scope, r.received_on, COALESCE(r.settled, ''), r.paused, COALESCE(to_char(r.due_on, 'YYYY-MM-DD'), ''), COALESCE(r.out_on > r.due_on, FALSE),
    COALESCE(r.reply, ''), by
  FROM (VALUES ('all'), ('field:' || r.field), ('office:' || r.office), ('respondent:' || r.respondent)) AS s (scope)
  WHERE s.scope IS NOT NULL;
$$;
CREATE FUNCTION count_feedback_in() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  -- In one order, so that two transactions don't wait for each other.
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, reply, n)
    SELECT c.scope, c.received_on, c.settled, c.paused, c.due_on, c.late, c.reply, SUM(c.n)
    FROM came_in CROSS JOIN LATERAL feedback_cells(came_in, 1) AS c
    GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, reply) DO UPDATE SET n = feedback_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
-- Once for all that came in together.
CREATE TRIGGER feedback_counted_in AFTER INSERT ON feedback REFERENCING NEW TABLE AS came_in
  FOR EACH STATEMENT EXECUTE FUNCTION count_feedback_in();
CREATE FUNCTION count_feedback_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, reply, n)
    SELECT c.scope, c.received_on, c.settled, c.paused, c.due_on, c.late, c.reply, SUM(c.n)
    FROM (SELECT * FROM feedback_cells(NEW, 1) UNION ALL SELECT * FROM feedback_cells(OLD, -1)) AS c
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING SUM(c.n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, reply) DO UPDATE SET n = feedback_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
CREATE TRIGGER feedback_counted_anew AFTER UPDATE OF received_on, field, office, respondent, settled, paused, due_on, out_on, reply ON feedback FOR EACH ROW
  WHEN ((OLD.received_on, OLD.field, OLD.office, OLD.respondent, OLD.settled, OLD.paused, OLD.due_on, OLD.out_on, OLD.reply)
    IS DISTINCT FROM (NEW.received_on, NEW.field, NEW.office, NEW.respondent, NEW.settled, NEW.paused, NEW.due_on, NEW.out_on, NEW.reply))
  EXECUTE FUNCTION count_feedback_change();

DROP TABLE feedback_appeals;
ALTER TABLE feedback_drafts DROP COLUMN grouped;
ALTER TABLE feedback DROP COLUMN appeal;
ALTER TABLE feedback DROP COLUMN forwards;
ALTER TABLE feedback DROP COLUMN grouped;
