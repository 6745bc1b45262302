DROP TRIGGER feedback_counted_in;
DROP TRIGGER feedback_counted_anew;
DROP TABLE feedback_counts;
CREATE TABLE feedback_counts (
  scope TEXT NOT NULL,
  received_on TEXT NOT NULL,
  settled TEXT NOT NULL,
  paused INTEGER NOT NULL,
  due_on TEXT NOT NULL,
  late INTEGER NOT NULL,
  reply TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, received_on, settled, paused, due_on, late, reply)
) STRICT, WITHOUT ROWID;
INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, reply, n)
  SELECT scope, received_on, settled, paused, due_on, late, reply, COUNT(*) FROM (
    SELECT 'all' AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(due_on, '') AS due_on, COALESCE(out_on > due_on, 0) AS late, COALESCE(reply, '') AS reply FROM feedback
    UNION ALL SELECT 'field:' || field AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(due_on, '') AS due_on, COALESCE(out_on > due_on, 0) AS late, COALESCE(reply, '') AS reply FROM feedback
    UNION ALL SELECT 'office:' || office AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(due_on, '') AS due_on, COALESCE(out_on > due_on, 0) AS late, COALESCE(reply, '') AS reply FROM feedback
    UNION ALL SELECT 'respondent:' || respondent AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(due_on, '') AS due_on, COALESCE(out_on > due_on, 0) AS late, COALESCE(reply, '') AS reply FROM feedback
  ) AS cells WHERE scope IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7;

CREATE TRIGGER feedback_counted_in AFTER INSERT ON feedback BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, reply, n)
    SELECT scope, NEW.received_on, COALESCE(NEW.settled, ''), NEW.paused, COALESCE(NEW.due_on, ''), COALESCE(NEW.out_on > NEW.due_on, 0), COALESCE(NEW.reply, ''), 1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || NEW.field UNION ALL SELECT 'office:' || NEW.office UNION ALL SELECT 'respondent:' || NEW.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, reply) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER feedback_counted_anew AFTER UPDATE OF received_on, field, office, respondent, settled, paused, due_on, out_on, reply ON feedback
  WHEN OLD.received_on IS NOT NEW.received_on OR OLD.field IS NOT NEW.field OR OLD.office IS NOT NEW.office OR OLD.respondent IS NOT NEW.respondent OR OLD.settled IS NOT NEW.settled OR OLD.paused IS NOT NEW.paused OR OLD.due_on IS NOT NEW.due_on OR OLD.out_on IS NOT NEW.out_on OR OLD.reply IS NOT NEW.reply
BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, reply, n)
    SELECT scope, OLD.received_on, COALESCE(OLD.settled, ''), OLD.paused, COALESCE(OLD.due_on, ''), COALESCE(OLD.out_on > OLD.due_on, 0), COALESCE(OLD.reply, ''), -1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || OLD.field UNION ALL SELECT 'office:' || OLD.office UNION ALL SELECT 'respondent:' || OLD.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, reply) DO UPDATE SET n = n + excluded.n;
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, reply, n)
    SELECT scope, NEW.received_on, COALESCE(NEW.settled, ''), NEW.paused, COALESCE(NEW.due_on, ''), COALESCE(NEW.out_on > NEW.due_on, 0), COALESCE(NEW.reply, ''), 1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || NEW.field UNION ALL SELECT 'office:' || NEW.office UNION ALL SELECT 'respondent:' || NEW.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, reply) DO UPDATE SET n = n + excluded.n;
END;

DROP TABLE feedback_appeals;
ALTER TABLE feedback_drafts DROP COLUMN grouped;
ALTER TABLE feedback DROP COLUMN appeal;
ALTER TABLE feedback DROP COLUMN forwards;
ALTER TABLE feedback DROP COLUMN grouped;
