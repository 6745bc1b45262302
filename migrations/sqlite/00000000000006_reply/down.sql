DROP TRIGGER feedback_counted_in;
DROP TRIGGER feedback_counted_anew;
ALTER TABLE feedback_counts RENAME TO feedback_counts_after;
CREATE TABLE feedback_counts (
  scope TEXT NOT NULL,
  received_on TEXT NOT NULL,
  settled TEXT NOT NULL,
  paused INTEGER NOT NULL,
  due_on TEXT NOT NULL,
  late INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, received_on, settled, paused, due_on, late)
) STRICT, WITHOUT ROWID;
INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, n)
  SELECT scope, received_on, settled, paused, due_on, late, SUM(n) FROM feedback_counts_after GROUP BY 1, 2, 3, 4, 5, 6;
DROP TABLE feedback_counts_after;

CREATE TRIGGER feedback_counted_in AFTER INSERT ON feedback BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, n)
    SELECT scope, NEW.received_on, COALESCE(NEW.settled, ''), NEW.paused, COALESCE(NEW.due_on, ''), COALESCE(NEW.out_on > NEW.due_on, 0), 1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || NEW.field UNION ALL SELECT 'office:' || NEW.office UNION ALL SELECT 'respondent:' || NEW.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER feedback_counted_anew AFTER UPDATE OF received_on, field, office, respondent, settled, paused, due_on, out_on ON feedback
  WHEN OLD.received_on IS NOT NEW.received_on OR OLD.field IS NOT NEW.field OR OLD.office IS NOT NEW.office OR OLD.respondent IS NOT NEW.respondent OR OLD.settled IS NOT NEW.settled OR OLD.paused IS NOT NEW.paused OR OLD.due_on IS NOT NEW.due_on OR OLD.out_on IS NOT NEW.out_on
BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, n)
    SELECT scope, OLD.received_on, COALESCE(OLD.settled, ''), OLD.paused, COALESCE(OLD.due_on, ''), COALESCE(OLD.out_on > OLD.due_on, 0), -1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || OLD.field UNION ALL SELECT 'office:' || OLD.office UNION ALL SELECT 'respondent:' || OLD.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late) DO UPDATE SET n = n + excluded.n;
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, n)
    SELECT scope, NEW.received_on, COALESCE(NEW.settled, ''), NEW.paused, COALESCE(NEW.due_on, ''), COALESCE(NEW.out_on > NEW.due_on, 0), 1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || NEW.field UNION ALL SELECT 'office:' || NEW.office UNION ALL SELECT 'respondent:' || NEW.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late) DO UPDATE SET n = n + excluded.n;
END;

DROP INDEX feedback_unreplied;
ALTER TABLE feedback DROP COLUMN reply;
