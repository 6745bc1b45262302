-- What stands beside the classes (ACCOUNTING.md §4): whether the answer was one
-- for many, how often the opinion was forwarded, whether its sender asked a
-- higher office. With what the sender said, one text a cell:
-- `reply:grouped:within the first deadline:forwardings:appeal`.
ALTER TABLE feedback ADD COLUMN grouped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feedback ADD COLUMN forwards INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feedback ADD COLUMN appeal TEXT;
ALTER TABLE feedback_drafts ADD COLUMN grouped INTEGER;

-- A "no" that went to a higher office: its own clock and its own two people.
-- The row is the work in progress until it is published.
CREATE TABLE feedback_appeals (
  serial INTEGER NOT NULL REFERENCES feedback (serial),
  n INTEGER NOT NULL,
  office TEXT NOT NULL REFERENCES offices (code),
  appealed_on TEXT NOT NULL,
  until TEXT NOT NULL,
  answer TEXT NOT NULL,
  handed_in INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  author TEXT REFERENCES officers (id),
  approver TEXT REFERENCES officers (id),
  answered_on TEXT,
  PRIMARY KEY (serial, n)
) STRICT;
CREATE INDEX feedback_appeals_open ON feedback_appeals (office, until, serial) WHERE answered_on IS NULL;

DROP TRIGGER feedback_counted_in;
DROP TRIGGER feedback_counted_anew;
UPDATE feedback SET forwards = (SELECT COUNT(*) FROM feedback_events AS e WHERE e.serial = feedback.serial AND e.event = 'forwarded');
DROP TABLE feedback_counts;
CREATE TABLE feedback_counts (
  scope TEXT NOT NULL,
  received_on TEXT NOT NULL,
  settled TEXT NOT NULL,
  paused INTEGER NOT NULL,
  due_on TEXT NOT NULL,
  late INTEGER NOT NULL,
  beside TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, received_on, settled, paused, due_on, late, beside)
) STRICT, WITHOUT ROWID;
INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, beside, n)
  SELECT scope, received_on, settled, paused, due_on, late, beside, COUNT(*) FROM (
    SELECT 'all' AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(due_on, '') AS due_on, COALESCE(out_on > due_on, 0) AS late, COALESCE(feedback.reply, '') || ':' || feedback.grouped || ':' || COALESCE(feedback.answered_on <= feedback.first_due_on, 0) || ':' || MIN(feedback.forwards, 2) || ':' || COALESCE(feedback.appeal, '') AS beside FROM feedback
    UNION ALL SELECT 'field:' || field AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(due_on, '') AS due_on, COALESCE(out_on > due_on, 0) AS late, COALESCE(feedback.reply, '') || ':' || feedback.grouped || ':' || COALESCE(feedback.answered_on <= feedback.first_due_on, 0) || ':' || MIN(feedback.forwards, 2) || ':' || COALESCE(feedback.appeal, '') AS beside FROM feedback
    UNION ALL SELECT 'office:' || office AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(due_on, '') AS due_on, COALESCE(out_on > due_on, 0) AS late, COALESCE(feedback.reply, '') || ':' || feedback.grouped || ':' || COALESCE(feedback.answered_on <= feedback.first_due_on, 0) || ':' || MIN(feedback.forwards, 2) || ':' || COALESCE(feedback.appeal, '') AS beside FROM feedback
    UNION ALL SELECT 'respondent:' || respondent AS scope, received_on, COALESCE(settled, '') AS settled, paused, COALESCE(due_on, '') AS due_on, COALESCE(out_on > due_on, 0) AS late, COALESCE(feedback.reply, '') || ':' || feedback.grouped || ':' || COALESCE(feedback.answered_on <= feedback.first_due_on, 0) || ':' || MIN(feedback.forwards, 2) || ':' || COALESCE(feedback.appeal, '') AS beside FROM feedback
  ) AS cells WHERE scope IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7;

CREATE TRIGGER feedback_counted_in AFTER INSERT ON feedback BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, beside, n)
    SELECT scope, NEW.received_on, COALESCE(NEW.settled, ''), NEW.paused, COALESCE(NEW.due_on, ''), COALESCE(NEW.out_on > NEW.due_on, 0), COALESCE(NEW.reply, '') || ':' || NEW.grouped || ':' || COALESCE(NEW.answered_on <= NEW.first_due_on, 0) || ':' || MIN(NEW.forwards, 2) || ':' || COALESCE(NEW.appeal, ''), 1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || NEW.field UNION ALL SELECT 'office:' || NEW.office UNION ALL SELECT 'respondent:' || NEW.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, beside) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER feedback_counted_anew AFTER UPDATE OF received_on, field, office, respondent, settled, paused, due_on, out_on, reply, grouped, answered_on, first_due_on, forwards, appeal ON feedback
  WHEN OLD.received_on IS NOT NEW.received_on OR OLD.field IS NOT NEW.field OR OLD.office IS NOT NEW.office OR OLD.respondent IS NOT NEW.respondent OR OLD.settled IS NOT NEW.settled OR OLD.paused IS NOT NEW.paused OR OLD.due_on IS NOT NEW.due_on OR OLD.out_on IS NOT NEW.out_on OR OLD.reply IS NOT NEW.reply OR OLD.grouped IS NOT NEW.grouped OR OLD.answered_on IS NOT NEW.answered_on OR OLD.first_due_on IS NOT NEW.first_due_on OR OLD.forwards IS NOT NEW.forwards OR OLD.appeal IS NOT NEW.appeal
BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, beside, n)
    SELECT scope, OLD.received_on, COALESCE(OLD.settled, ''), OLD.paused, COALESCE(OLD.due_on, ''), COALESCE(OLD.out_on > OLD.due_on, 0), COALESCE(OLD.reply, '') || ':' || OLD.grouped || ':' || COALESCE(OLD.answered_on <= OLD.first_due_on, 0) || ':' || MIN(OLD.forwards, 2) || ':' || COALESCE(OLD.appeal, ''), -1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || OLD.field UNION ALL SELECT 'office:' || OLD.office UNION ALL SELECT 'respondent:' || OLD.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, beside) DO UPDATE SET n = n + excluded.n;
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, beside, n)
    SELECT scope, NEW.received_on, COALESCE(NEW.settled, ''), NEW.paused, COALESCE(NEW.due_on, ''), COALESCE(NEW.out_on > NEW.due_on, 0), COALESCE(NEW.reply, '') || ':' || NEW.grouped || ':' || COALESCE(NEW.answered_on <= NEW.first_due_on, 0) || ':' || MIN(NEW.forwards, 2) || ':' || COALESCE(NEW.appeal, ''), 1
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || NEW.field UNION ALL SELECT 'office:' || NEW.office UNION ALL SELECT 'respondent:' || NEW.respondent)
    WHERE scope IS NOT NULL
    ON CONFLICT (scope, received_on, settled, paused, due_on, late, beside) DO UPDATE SET n = n + excluded.n;
END;
