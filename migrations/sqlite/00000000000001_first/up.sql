-- Reference data: dated rows that end and are never deleted (DESIGN.md §2, DOMAIN.md §0).
CREATE TABLE settings (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;

CREATE TABLE counters (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT;

CREATE TABLE offices (
  code TEXT PRIMARY KEY NOT NULL,
  parent TEXT REFERENCES offices (code),
  kind TEXT NOT NULL,
  place TEXT,
  name_vi TEXT NOT NULL, name_en TEXT NOT NULL, name_km TEXT NOT NULL, short_vi TEXT NOT NULL,
  valid_from TEXT NOT NULL, valid_to TEXT,
  successor TEXT REFERENCES offices (code) DEFERRABLE INITIALLY DEFERRED,
  counts_makeup INTEGER NOT NULL,
  selectable INTEGER NOT NULL,
  email TEXT,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE fields (
  code TEXT PRIMARY KEY NOT NULL,
  position INTEGER NOT NULL,
  target_group TEXT NOT NULL,
  name_vi TEXT NOT NULL, name_en TEXT NOT NULL, name_km TEXT NOT NULL,
  hint_vi TEXT NOT NULL, hint_en TEXT NOT NULL, hint_km TEXT NOT NULL,
  icon TEXT NOT NULL,
  valid_from TEXT NOT NULL, valid_to TEXT,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE sectors (
  code TEXT PRIMARY KEY NOT NULL,
  label TEXT NOT NULL,
  field TEXT NOT NULL REFERENCES fields (code),
  valid_from TEXT NOT NULL, valid_to TEXT,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE procedures (
  key TEXT PRIMARY KEY NOT NULL,
  code TEXT,
  name TEXT NOT NULL,
  -- What people call it, for search alone.
  also_called TEXT NOT NULL,
  sector TEXT NOT NULL REFERENCES sectors (code),
  level TEXT NOT NULL,
  verified INTEGER NOT NULL,
  position INTEGER NOT NULL,
  valid_from TEXT NOT NULL, valid_to TEXT,
  replaced_by TEXT,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE calendar_days (
  day TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('holiday', 'compensation', 'swap_off', 'makeup_work')),
  status TEXT NOT NULL CHECK (status IN ('official', 'proposed')),
  name_vi TEXT NOT NULL, name_en TEXT NOT NULL, name_km TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (day)
) STRICT;

CREATE TABLE clock_rules (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  kind TEXT, field TEXT,
  step TEXT NOT NULL CHECK (step IN ('answer', 'refuse', 'ask', 'approve')),
  days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 400),
  valid_from TEXT NOT NULL, valid_to TEXT,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE targets (
  year INTEGER NOT NULL,
  scope TEXT NOT NULL,
  value_bp INTEGER NOT NULL CHECK (value_bp BETWEEN 0 AND 10000),
  source TEXT NOT NULL,
  PRIMARY KEY (year, scope)
) STRICT;

CREATE TABLE routing_rules (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  procedure TEXT, field TEXT, place TEXT,
  office TEXT NOT NULL,
  valid_from TEXT NOT NULL, valid_to TEXT,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE listed_codes (
  list TEXT NOT NULL, code TEXT NOT NULL,
  name_vi TEXT NOT NULL, name_en TEXT NOT NULL, name_km TEXT NOT NULL,
  law TEXT NOT NULL, source TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (list, code)
) STRICT;

CREATE TABLE questionnaires (
  slug TEXT NOT NULL, version INTEGER NOT NULL,
  position INTEGER NOT NULL,
  open INTEGER NOT NULL,
  definition TEXT NOT NULL CHECK (json_valid(definition)),
  published_on TEXT NOT NULL,
  PRIMARY KEY (slug, version)
) STRICT;

-- People who work here.
CREATE TABLE officers (
  id TEXT PRIMARY KEY NOT NULL,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  office TEXT NOT NULL REFERENCES offices (code),
  password_hash TEXT NOT NULL,
  language TEXT NOT NULL,
  email TEXT,
  created_on TEXT NOT NULL, ended_on TEXT
) STRICT;

CREATE TABLE officer_roles (
  officer TEXT NOT NULL REFERENCES officers (id),
  role TEXT NOT NULL,
  PRIMARY KEY (officer, role)
) STRICT;

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY NOT NULL,
  officer TEXT NOT NULL REFERENCES officers (id),
  created_at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT;

CREATE TABLE sign_in_failures (
  login TEXT NOT NULL, address TEXT NOT NULL,
  failures INTEGER NOT NULL, last_at TEXT NOT NULL,
  PRIMARY KEY (login, address)
) STRICT;

CREATE TABLE devices (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  office TEXT NOT NULL REFERENCES offices (code),
  token_hash TEXT NOT NULL,
  enrolled_on TEXT NOT NULL, ended_on TEXT
) STRICT;

-- Filled questionnaires. The half-month is what the ledger will name.
CREATE TABLE responses (
  -- In the order of arrival; the id says nothing of when.
  n INTEGER PRIMARY KEY NOT NULL,
  id TEXT NOT NULL,
  submission_id TEXT NOT NULL,
  -- Follows from the submission, so this one index keeps both apart.
  receipt_hash TEXT NOT NULL UNIQUE,
  half TEXT NOT NULL,
  submitted_on TEXT NOT NULL,
  questionnaire TEXT NOT NULL, version INTEGER NOT NULL,
  field TEXT NOT NULL, office TEXT, procedure TEXT,
  respondent TEXT NOT NULL, sample TEXT NOT NULL, channel TEXT NOT NULL, language TEXT NOT NULL,
  answers TEXT NOT NULL CHECK (json_valid(answers)),
  salt TEXT NOT NULL
) STRICT;

-- Ratings by half-month and cell: all so far, and released (ACCOUNTING.md §5).
CREATE TABLE tallies (
  questionnaire TEXT NOT NULL, scope TEXT NOT NULL, sample TEXT NOT NULL,
  half TEXT NOT NULL,
  -- By respondent and question: how often each value was chosen, all so far
  -- and released, as `all overall 0,1,0,7,9 0,1,0,5,4;citizen overall …`.
  cells TEXT NOT NULL,
  PRIMARY KEY (questionnaire, scope, sample, half)
) STRICT;

-- Opinions. feedback_events is the truth, the row is its projection. Kind,
-- field, office, respondent and channel are empty for an item sealed at
-- receipt: what its receiver needs stands in sealed_intakes alone.
CREATE TABLE feedback (
  serial INTEGER PRIMARY KEY NOT NULL,
  submission_id TEXT NOT NULL,
  -- Follows from the submission, so this one index keeps both apart.
  receipt_hash TEXT NOT NULL UNIQUE,
  received_on TEXT NOT NULL,
  language TEXT NOT NULL,
  kind TEXT, field TEXT, respondent TEXT, channel TEXT,
  procedure TEXT, named_office TEXT,
  state TEXT NOT NULL,
  settled TEXT,
  paused INTEGER NOT NULL,
  office TEXT REFERENCES offices (code),
  in_tray INTEGER NOT NULL,
  due_on TEXT, first_due_on TEXT, answered_on TEXT, out_on TEXT,
  clock TEXT CHECK (json_valid(clock)),
  events INTEGER NOT NULL,
  assignee TEXT REFERENCES officers (id),
  title TEXT,
  merged_into INTEGER,
  withheld INTEGER NOT NULL
) STRICT;
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
  received_on TEXT NOT NULL,
  settled TEXT NOT NULL,
  paused INTEGER NOT NULL,
  due_on TEXT NOT NULL,
  late INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, received_on, settled, paused, due_on, late)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE feedback_events (
  serial INTEGER NOT NULL REFERENCES feedback (serial),
  n INTEGER NOT NULL,
  event TEXT NOT NULL,
  on_day TEXT NOT NULL, at TEXT NOT NULL,
  by_part TEXT NOT NULL,
  officer TEXT REFERENCES officers (id),
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  salts TEXT CHECK (json_valid(salts)),
  note TEXT,
  PRIMARY KEY (serial, n)
) STRICT;

CREATE TABLE feedback_texts (
  serial INTEGER PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  original TEXT NOT NULL
) STRICT;

CREATE TABLE sealed_intakes (
  serial INTEGER PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  field TEXT NOT NULL, office TEXT, procedure TEXT,
  respondent TEXT NOT NULL, channel TEXT NOT NULL
) STRICT;

CREATE TABLE feedback_answers (
  serial INTEGER NOT NULL REFERENCES feedback (serial),
  version INTEGER NOT NULL,
  title TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
  office TEXT NOT NULL,
  published_on TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES officers (id), approver TEXT NOT NULL REFERENCES officers (id),
  PRIMARY KEY (serial, version)
) STRICT;

-- Work in progress: an answer, a later version, or a proposed refusal.
CREATE TABLE feedback_drafts (
  serial INTEGER PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  intent TEXT NOT NULL CHECK (intent IN ('answer', 'out_of_scope', 'spam')),
  handed_in INTEGER NOT NULL,
  title TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
  ground TEXT, note TEXT,
  returned_reason TEXT, returned_note TEXT,
  revision INTEGER NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE draft_authors (
  serial INTEGER NOT NULL REFERENCES feedback (serial),
  officer TEXT NOT NULL REFERENCES officers (id),
  PRIMARY KEY (serial, officer)
) STRICT;

-- How senders can be reached: encrypted, apart from the opinion.
CREATE TABLE contacts (
  serial INTEGER PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  sealed TEXT NOT NULL
) STRICT;

-- Every action leaves a line; mail leaves with its transaction.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  at TEXT NOT NULL,
  officer TEXT,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, id);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  dedup TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  created_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  run_at TEXT NOT NULL, locked_until TEXT,
  last_error TEXT,
  done_at TEXT, outcome TEXT
) STRICT;
CREATE INDEX outbox_by_time ON outbox (done_at, run_at);
