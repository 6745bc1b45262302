-- Reference data: dated rows that end and are never deleted (DESIGN.md §2, DOMAIN.md §0).
CREATE TABLE settings (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);

CREATE TABLE counters (name TEXT PRIMARY KEY NOT NULL, value BIGINT NOT NULL);

CREATE TABLE offices (
  code TEXT PRIMARY KEY NOT NULL,
  parent TEXT REFERENCES offices (code),
  kind TEXT NOT NULL,
  place TEXT,
  name_vi TEXT NOT NULL, name_en TEXT NOT NULL, name_km TEXT NOT NULL, short_vi TEXT NOT NULL,
  valid_from DATE NOT NULL, valid_to DATE,
  successor TEXT REFERENCES offices (code) DEFERRABLE INITIALLY DEFERRED,
  counts_makeup BOOLEAN NOT NULL,
  selectable BOOLEAN NOT NULL,
  email TEXT,
  source TEXT NOT NULL
);

CREATE TABLE fields (
  code TEXT PRIMARY KEY NOT NULL,
  position BIGINT NOT NULL,
  target_group TEXT NOT NULL,
  name_vi TEXT NOT NULL, name_en TEXT NOT NULL, name_km TEXT NOT NULL,
  hint_vi TEXT NOT NULL, hint_en TEXT NOT NULL, hint_km TEXT NOT NULL,
  icon TEXT NOT NULL,
  valid_from DATE NOT NULL, valid_to DATE,
  source TEXT NOT NULL
);

CREATE TABLE sectors (
  code TEXT PRIMARY KEY NOT NULL,
  label TEXT NOT NULL,
  field TEXT NOT NULL REFERENCES fields (code),
  valid_from DATE NOT NULL, valid_to DATE,
  source TEXT NOT NULL
);

CREATE TABLE procedures (
  key TEXT PRIMARY KEY NOT NULL,
  code TEXT,
  name TEXT NOT NULL,
  -- What people call it, for search alone.
  also_called TEXT NOT NULL,
  sector TEXT NOT NULL REFERENCES sectors (code),
  level TEXT NOT NULL,
  verified BOOLEAN NOT NULL,
  position BIGINT NOT NULL,
  valid_from DATE NOT NULL, valid_to DATE,
  replaced_by TEXT,
  source TEXT NOT NULL
);

CREATE TABLE calendar_days (
  day DATE NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('holiday', 'compensation', 'swap_off', 'makeup_work')),
  status TEXT NOT NULL CHECK (status IN ('official', 'proposed')),
  name_vi TEXT NOT NULL, name_en TEXT NOT NULL, name_km TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (day)
);

CREATE TABLE clock_rules (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind TEXT, field TEXT,
  step TEXT NOT NULL CHECK (step IN ('answer', 'refuse', 'ask', 'approve')),
  days BIGINT NOT NULL CHECK (days BETWEEN 1 AND 400),
  valid_from DATE NOT NULL, valid_to DATE,
  source TEXT NOT NULL
);

CREATE TABLE targets (
  year BIGINT NOT NULL,
  scope TEXT NOT NULL,
  value_bp BIGINT NOT NULL CHECK (value_bp BETWEEN 0 AND 10000),
  source TEXT NOT NULL,
  PRIMARY KEY (year, scope)
);

CREATE TABLE routing_rules (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  procedure TEXT, field TEXT, place TEXT,
  office TEXT NOT NULL,
  valid_from DATE NOT NULL, valid_to DATE,
  source TEXT NOT NULL
);

CREATE TABLE listed_codes (
  list TEXT NOT NULL, code TEXT NOT NULL,
  name_vi TEXT NOT NULL, name_en TEXT NOT NULL, name_km TEXT NOT NULL,
  law TEXT NOT NULL, source TEXT NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (list, code)
);

CREATE TABLE questionnaires (
  slug TEXT NOT NULL, version BIGINT NOT NULL,
  position BIGINT NOT NULL,
  open BOOLEAN NOT NULL,
  definition JSONB NOT NULL,
  published_on DATE NOT NULL,
  PRIMARY KEY (slug, version)
);

-- People who work here.
CREATE TABLE officers (
  id UUID PRIMARY KEY NOT NULL,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  office TEXT NOT NULL REFERENCES offices (code),
  password_hash TEXT NOT NULL,
  language TEXT NOT NULL,
  email TEXT,
  created_on DATE NOT NULL, ended_on DATE
);

CREATE TABLE officer_roles (
  officer UUID NOT NULL REFERENCES officers (id),
  role TEXT NOT NULL,
  PRIMARY KEY (officer, role)
);

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY NOT NULL,
  officer UUID NOT NULL REFERENCES officers (id),
  created_at TIMESTAMPTZ NOT NULL, expires_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE sign_in_failures (
  login TEXT NOT NULL, address TEXT NOT NULL,
  failures BIGINT NOT NULL, last_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (login, address)
);

CREATE TABLE devices (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  office TEXT NOT NULL REFERENCES offices (code),
  token_hash TEXT NOT NULL,
  enrolled_on DATE NOT NULL, ended_on DATE
);

-- Filled questionnaires. The half-month is what the ledger will name.
CREATE TABLE responses (
  -- In the order of arrival; the id says nothing of when.
  n BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  id UUID NOT NULL,
  submission_id UUID NOT NULL,
  -- Follows from the submission, so this one index keeps both apart.
  receipt_hash TEXT NOT NULL UNIQUE,
  half DATE NOT NULL,
  submitted_on DATE NOT NULL,
  questionnaire TEXT NOT NULL, version BIGINT NOT NULL,
  field TEXT NOT NULL, office TEXT, procedure TEXT,
  respondent TEXT NOT NULL, sample TEXT NOT NULL, channel TEXT NOT NULL, language TEXT NOT NULL,
  answers JSONB NOT NULL,
  salt TEXT NOT NULL
);

-- Ratings by half-month and cell: all so far, and released (ACCOUNTING.md §5).
CREATE TABLE tallies (
  questionnaire TEXT NOT NULL, scope TEXT NOT NULL, sample TEXT NOT NULL,
  half DATE NOT NULL,
  -- By respondent and question: how often each value was chosen, all so far
  -- and released, as `all overall 0,1,0,7,9 0,1,0,5,4;citizen overall …`.
  cells TEXT NOT NULL,
  PRIMARY KEY (questionnaire, scope, sample, half)
);

-- Opinions. feedback_events is the truth, the row is its projection. Kind,
-- field, office, respondent and channel are empty for an item sealed at
-- receipt: what its receiver needs stands in sealed_intakes alone.
CREATE TABLE feedback (
  serial BIGINT PRIMARY KEY NOT NULL,
  submission_id UUID NOT NULL,
  -- Follows from the submission, so this one index keeps both apart.
  receipt_hash TEXT NOT NULL UNIQUE,
  received_on DATE NOT NULL,
  language TEXT NOT NULL,
  kind TEXT, field TEXT, respondent TEXT, channel TEXT,
  procedure TEXT, named_office TEXT,
  state TEXT NOT NULL,
  settled TEXT,
  paused BOOLEAN NOT NULL,
  office TEXT REFERENCES offices (code),
  in_tray BOOLEAN NOT NULL,
  due_on DATE, first_due_on DATE, answered_on DATE, out_on DATE,
  clock JSONB,
  events BIGINT NOT NULL,
  assignee UUID REFERENCES officers (id),
  title TEXT,
  merged_into BIGINT,
  withheld BOOLEAN NOT NULL
);
CREATE INDEX feedback_by_office ON feedback (office, state, due_on);
CREATE INDEX feedback_by_state ON feedback (state, due_on);
CREATE INDEX feedback_by_day ON feedback (received_on, settled, due_on, out_on, paused);
CREATE INDEX feedback_by_answer ON feedback (answered_on);
CREATE INDEX feedback_by_survivor ON feedback (merged_into);

-- How many items there are of each class that counts in the identity
-- (ACCOUNTING.md §3), by day received, of all and of each field, office and
-- kind of respondents. Kept by triggers, so that no statement can forget it;
-- `hoidap recount` proves it.
CREATE TABLE feedback_counts (
  scope TEXT NOT NULL,
  received_on DATE NOT NULL,
  settled TEXT NOT NULL,
  paused BOOLEAN NOT NULL,
  due_on TEXT NOT NULL,
  late BOOLEAN NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (scope, received_on, settled, paused, due_on, late)
);

CREATE FUNCTION feedback_cells(r feedback, by BIGINT)
  RETURNS TABLE (scope TEXT, received_on DATE, settled TEXT, paused BOOLEAN, due_on TEXT, late BOOLEAN, n BIGINT) LANGUAGE SQL AS $$
  SELECT s.scope, r.received_on, COALESCE(r.settled, ''), r.paused, COALESCE(to_char(r.due_on, 'YYYY-MM-DD'), ''), COALESCE(r.out_on > r.due_on, FALSE), by
  FROM (VALUES ('all'), ('field:' || r.field), ('office:' || r.office), ('respondent:' || r.respondent)) AS s (scope)
  WHERE s.scope IS NOT NULL;
$$;
CREATE FUNCTION count_feedback_in() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  -- In one order, so that two transactions don't wait for each other.
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, n)
    SELECT c.scope, c.received_on, c.settled, c.paused, c.due_on, c.late, SUM(c.n)
    FROM came_in CROSS JOIN LATERAL feedback_cells(came_in, 1) AS c
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (scope, received_on, settled, paused, due_on, late) DO UPDATE SET n = feedback_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
-- Once for all that came in together.
CREATE TRIGGER feedback_counted_in AFTER INSERT ON feedback REFERENCING NEW TABLE AS came_in
  FOR EACH STATEMENT EXECUTE FUNCTION count_feedback_in();
CREATE FUNCTION count_feedback_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO feedback_counts (scope, received_on, settled, paused, due_on, late, n)
    SELECT c.scope, c.received_on, c.settled, c.paused, c.due_on, c.late, SUM(c.n)
    FROM (SELECT * FROM feedback_cells(NEW, 1) UNION ALL SELECT * FROM feedback_cells(OLD, -1)) AS c
    GROUP BY 1, 2, 3, 4, 5, 6 HAVING SUM(c.n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (scope, received_on, settled, paused, due_on, late) DO UPDATE SET n = feedback_counts.n + excluded.n;
  RETURN NULL;
END;
$$;
CREATE TRIGGER feedback_counted_anew AFTER UPDATE OF received_on, field, office, respondent, settled, paused, due_on, out_on ON feedback FOR EACH ROW
  WHEN ((OLD.received_on, OLD.field, OLD.office, OLD.respondent, OLD.settled, OLD.paused, OLD.due_on, OLD.out_on)
    IS DISTINCT FROM (NEW.received_on, NEW.field, NEW.office, NEW.respondent, NEW.settled, NEW.paused, NEW.due_on, NEW.out_on))
  EXECUTE FUNCTION count_feedback_change();

CREATE TABLE feedback_events (
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  n BIGINT NOT NULL,
  event TEXT NOT NULL,
  on_day DATE NOT NULL, at TIMESTAMPTZ NOT NULL,
  by_part TEXT NOT NULL,
  officer UUID REFERENCES officers (id),
  payload JSONB NOT NULL,
  salts JSONB,
  note TEXT,
  PRIMARY KEY (serial, n)
);

CREATE TABLE feedback_texts (
  serial BIGINT PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  original TEXT NOT NULL
);

CREATE TABLE sealed_intakes (
  serial BIGINT PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  field TEXT NOT NULL, office TEXT, procedure TEXT,
  respondent TEXT NOT NULL, channel TEXT NOT NULL
);

CREATE TABLE feedback_answers (
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  version BIGINT NOT NULL,
  title TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
  office TEXT NOT NULL,
  published_on DATE NOT NULL,
  author UUID NOT NULL REFERENCES officers (id), approver UUID NOT NULL REFERENCES officers (id),
  PRIMARY KEY (serial, version)
);

-- Work in progress: an answer, a later version, or a proposed refusal.
CREATE TABLE feedback_drafts (
  serial BIGINT PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  intent TEXT NOT NULL CHECK (intent IN ('answer', 'out_of_scope', 'spam')),
  handed_in BOOLEAN NOT NULL,
  title TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
  ground TEXT, note TEXT,
  returned_reason TEXT, returned_note TEXT,
  revision BIGINT NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE draft_authors (
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  officer UUID NOT NULL REFERENCES officers (id),
  PRIMARY KEY (serial, officer)
);

-- How senders can be reached: encrypted, apart from the opinion.
CREATE TABLE contacts (
  serial BIGINT PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  sealed TEXT NOT NULL
);

-- Every action leaves a line; mail leaves with its transaction.
CREATE TABLE audit (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  officer UUID,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail JSONB NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, id);

CREATE TABLE outbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dedup TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  payload JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  attempts BIGINT NOT NULL,
  run_at TIMESTAMPTZ NOT NULL, locked_until TIMESTAMPTZ,
  last_error TEXT,
  done_at TIMESTAMPTZ, outcome TEXT
);
CREATE INDEX outbox_by_time ON outbox (done_at, run_at);
