-- A question may ask for support or for advice: what its sender chose, or the desk corrected.
ALTER TABLE feedback_texts ADD COLUMN topic TEXT;
CREATE INDEX feedback_texts_by_topic ON feedback_texts (serial) WHERE topic IS NOT NULL;

-- Published answers that officers picked: praise for the list of commendations,
-- anything else for the frequent questions.
CREATE TABLE feedback_picked (
  serial INTEGER PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  officer TEXT NOT NULL REFERENCES officers (id),
  at TEXT NOT NULL
) STRICT;

-- Texts that an office uses again and again; places to be filled stand in braces.
-- With a topic they are for questions of that topic alone.
CREATE TABLE answer_templates (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  office TEXT NOT NULL REFERENCES offices (code),
  name TEXT NOT NULL,
  words TEXT NOT NULL,
  topic TEXT CHECK (topic IN ('support', 'advice'))
) STRICT;
CREATE INDEX answer_templates_by_office ON answer_templates (office, name);
