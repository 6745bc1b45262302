-- How often the opinions of a scope were pressed, by the day they were received:
-- kept with every change, as the opinions themselves are (feedback_counts).
CREATE TABLE press_counts (
  scope TEXT NOT NULL,
  received_on TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, received_on)
) STRICT, WITHOUT ROWID;
-- Sealed ones have no place in it.
INSERT INTO press_counts (scope, received_on, n)
  SELECT scope, received_on, COUNT(*) FROM (
    SELECT 'all' AS scope, f.received_on FROM feedback_presses AS p JOIN feedback AS f ON f.serial = p.serial WHERE f.state <> 'sealed'
    UNION ALL SELECT 'field:' || f.field, f.received_on FROM feedback_presses AS p JOIN feedback AS f ON f.serial = p.serial WHERE f.state <> 'sealed'
    UNION ALL SELECT 'office:' || f.office, f.received_on FROM feedback_presses AS p JOIN feedback AS f ON f.serial = p.serial WHERE f.state <> 'sealed'
    UNION ALL SELECT 'respondent:' || f.respondent, f.received_on FROM feedback_presses AS p JOIN feedback AS f ON f.serial = p.serial WHERE f.state <> 'sealed'
  ) AS cells WHERE scope IS NOT NULL GROUP BY 1, 2;

CREATE TRIGGER press_counted_in AFTER INSERT ON feedback_presses BEGIN
  INSERT INTO press_counts (scope, received_on, n)
    SELECT scope, received_on, 1 FROM (
      SELECT 'all' AS scope, received_on, state FROM feedback WHERE serial = NEW.serial
      UNION ALL SELECT 'field:' || field, received_on, state FROM feedback WHERE serial = NEW.serial
      UNION ALL SELECT 'office:' || office, received_on, state FROM feedback WHERE serial = NEW.serial
      UNION ALL SELECT 'respondent:' || respondent, received_on, state FROM feedback WHERE serial = NEW.serial
    ) WHERE scope IS NOT NULL AND state <> 'sealed'
    ON CONFLICT (scope, received_on) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER press_counted_anew AFTER UPDATE OF received_on, field, office, respondent, state ON feedback
  WHEN (OLD.received_on IS NOT NEW.received_on OR OLD.field IS NOT NEW.field OR OLD.office IS NOT NEW.office OR OLD.respondent IS NOT NEW.respondent
      OR (OLD.state = 'sealed') <> (NEW.state = 'sealed'))
    AND EXISTS (SELECT 1 FROM feedback_presses WHERE serial = NEW.serial)
BEGIN
  INSERT INTO press_counts (scope, received_on, n)
    SELECT scope, OLD.received_on, -(SELECT COUNT(*) FROM feedback_presses WHERE serial = OLD.serial)
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || OLD.field UNION ALL SELECT 'office:' || OLD.office UNION ALL SELECT 'respondent:' || OLD.respondent)
    WHERE scope IS NOT NULL AND OLD.state <> 'sealed'
    ON CONFLICT (scope, received_on) DO UPDATE SET n = n + excluded.n;
  INSERT INTO press_counts (scope, received_on, n)
    SELECT scope, NEW.received_on, (SELECT COUNT(*) FROM feedback_presses WHERE serial = NEW.serial)
    FROM (SELECT 'all' AS scope UNION ALL SELECT 'field:' || NEW.field UNION ALL SELECT 'office:' || NEW.office UNION ALL SELECT 'respondent:' || NEW.respondent)
    WHERE scope IS NOT NULL AND NEW.state <> 'sealed'
    ON CONFLICT (scope, received_on) DO UPDATE SET n = n + excluded.n;
END;
