-- How often the opinions of a scope were pressed, by the day they were received:
-- kept with every change, as the opinions themselves are (feedback_counts).
CREATE TABLE press_counts (
  scope TEXT NOT NULL,
  received_on DATE NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (scope, received_on)
);
-- What a number of presses of an opinion adds to. Sealed ones have no place in it.
CREATE FUNCTION press_cells(r feedback, by BIGINT) RETURNS TABLE (scope TEXT, received_on DATE, n BIGINT) LANGUAGE SQL AS $$
  SELECT s.scope, r.received_on, by
  FROM (VALUES ('all'), ('field:' || r.field), ('office:' || r.office), ('respondent:' || r.respondent)) AS s (scope)
  WHERE s.scope IS NOT NULL AND r.state <> 'sealed';
$$;
INSERT INTO press_counts (scope, received_on, n)
  SELECT c.scope, c.received_on, SUM(c.n) FROM feedback_presses AS p JOIN feedback AS f ON f.serial = p.serial CROSS JOIN LATERAL press_cells(f, 1) AS c GROUP BY 1, 2;

CREATE FUNCTION count_press() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  -- In one order, so that two transactions don't wait for each other.
  INSERT INTO press_counts (scope, received_on, n)
    SELECT c.scope, c.received_on, c.n FROM feedback AS f CROSS JOIN LATERAL press_cells(f, 1) AS c WHERE f.serial = NEW.serial ORDER BY 1, 2
    ON CONFLICT (scope, received_on) DO UPDATE SET n = press_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
CREATE TRIGGER press_counted_in AFTER INSERT ON feedback_presses FOR EACH ROW EXECUTE FUNCTION count_press();
CREATE FUNCTION count_press_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  presses BIGINT := (SELECT COUNT(*) FROM feedback_presses WHERE serial = NEW.serial);
BEGIN
  IF presses > 0 THEN
    INSERT INTO press_counts (scope, received_on, n)
      SELECT c.scope, c.received_on, SUM(c.n)
      FROM (SELECT * FROM press_cells(NEW, presses) UNION ALL SELECT * FROM press_cells(OLD, -presses)) AS c
      GROUP BY 1, 2 HAVING SUM(c.n) <> 0 ORDER BY 1, 2
      ON CONFLICT (scope, received_on) DO UPDATE SET n = press_counts.n + excluded.n;
  END IF;
  RETURN NULL;
END;
$$;
CREATE TRIGGER press_counted_anew AFTER UPDATE OF received_on, field, office, respondent, state ON feedback FOR EACH ROW
  WHEN ((OLD.received_on, OLD.field, OLD.office, OLD.respondent, OLD.state = 'sealed') IS DISTINCT FROM (NEW.received_on, NEW.field, NEW.office, NEW.respondent, NEW.state = 'sealed'))
  EXECUTE FUNCTION count_press_change();
