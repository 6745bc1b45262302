-- Presses (đôn đốc): somebody above asks that an open opinion be answered. The
-- words are for the desk; how often an opinion was pressed is public.
CREATE TABLE feedback_presses (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  serial INTEGER NOT NULL REFERENCES feedback (serial),
  officer TEXT NOT NULL REFERENCES officers (id),
  pressed_on TEXT NOT NULL,
  words TEXT NOT NULL,
  UNIQUE (serial, officer, pressed_on)
) STRICT;
