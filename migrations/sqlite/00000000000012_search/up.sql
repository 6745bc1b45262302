-- What a search finds: the folded words of each opinion, for its desk and for
-- the public (src/domain/search.rs). Made a moment after the opinion by a job,
-- so that nobody who sends one waits for it; stale until it has been made anew.
CREATE TABLE feedback_words (
  serial INTEGER PRIMARY KEY NOT NULL REFERENCES feedback (serial),
  stale INTEGER NOT NULL
) STRICT;
CREATE INDEX feedback_words_by_stale ON feedback_words (stale, serial);
-- Words alone, no texts: what is erased elsewhere is not kept here.
CREATE VIRTUAL TABLE feedback_fts USING fts5 (
  desk, public, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);

-- A desk with a hundred thousand open opinions: the next ones of an office, and
-- how many, without reading the opinions themselves.
DROP INDEX feedback_by_office;
CREATE INDEX feedback_by_office ON feedback (office, serial);
CREATE INDEX feedback_open_by_office ON feedback (office, due_on, serial, in_tray, paused) WHERE out_on IS NULL AND answered_on IS NULL;
CREATE INDEX feedback_open_by_assignee ON feedback (assignee, due_on, serial) WHERE out_on IS NULL AND answered_on IS NULL AND assignee IS NOT NULL;
CREATE INDEX feedback_open_in_tray ON feedback (office, due_on, serial) WHERE out_on IS NULL AND answered_on IS NULL AND in_tray;
-- Of answers alone: SQLite took it to find those that have none.
DROP INDEX feedback_by_answer;
CREATE INDEX feedback_by_answer ON feedback (answered_on, serial) WHERE answered_on IS NOT NULL;
CREATE INDEX feedback_drafts_by_step ON feedback_drafts (handed_in, serial);

-- What an officer looks for again and again, as the end of the list's address.
CREATE TABLE inbox_filters (
  officer TEXT NOT NULL REFERENCES officers (id),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  PRIMARY KEY (officer, name)
) STRICT;
