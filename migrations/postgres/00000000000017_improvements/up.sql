-- What offices change because of opinions. Each version is kept; the public is
-- shown the newest that a second person published.
CREATE TABLE improvements (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  office TEXT NOT NULL REFERENCES offices (code)
);
CREATE TABLE improvement_versions (
  improvement BIGINT NOT NULL REFERENCES improvements (id),
  version BIGINT NOT NULL,
  body JSONB NOT NULL,
  written_by UUID NOT NULL REFERENCES officers (id),
  written_at TIMESTAMPTZ NOT NULL,
  published_by UUID REFERENCES officers (id),
  published_at TIMESTAMPTZ,
  PRIMARY KEY (improvement, version)
);
-- The opinions that the published version names.
CREATE TABLE improvement_items (
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  improvement BIGINT NOT NULL REFERENCES improvements (id),
  PRIMARY KEY (serial, improvement)
);
