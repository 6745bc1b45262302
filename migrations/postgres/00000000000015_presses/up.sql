-- Presses (đôn đốc): somebody above asks that an open opinion be answered. The
-- words are for the desk; how often an opinion was pressed is public.
CREATE TABLE feedback_presses (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  officer UUID NOT NULL REFERENCES officers (id),
  pressed_on DATE NOT NULL,
  words TEXT NOT NULL,
  UNIQUE (serial, officer, pressed_on)
);
