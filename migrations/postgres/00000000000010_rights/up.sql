-- What senders ask about their data, and what became of it. Words and the new
-- contact (encrypted) go when they are needed no more.
CREATE TABLE rights_requests (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  serial BIGINT NOT NULL REFERENCES feedback (serial),
  right_asked TEXT NOT NULL,
  purpose TEXT,
  state TEXT NOT NULL CHECK (state IN ('asked', 'acknowledged', 'done', 'refused')),
  asked_at TIMESTAMPTZ NOT NULL,
  acknowledge_by DATE, acknowledged_at TIMESTAMPTZ,
  act_by DATE, extended_on DATE,
  ended_at TIMESTAMPTZ,
  words TEXT, sealed TEXT,
  reason TEXT, note TEXT
);
CREATE INDEX rights_requests_by_item ON rights_requests (serial, id);
CREATE INDEX rights_requests_open ON rights_requests (act_by) WHERE ended_at IS NULL;

-- The version of the notice that somebody saw who left a contact; none for older ones.
ALTER TABLE contacts ADD COLUMN notice TEXT;

-- What was deleted because its time was over: one row a day and rule.
CREATE TABLE retention_runs (
  on_day DATE NOT NULL,
  rule TEXT NOT NULL,
  n BIGINT NOT NULL,
  last_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (on_day, rule)
);

-- The register of breaches (NĐ 356/2025 Đ28).
CREATE TABLE breaches (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  opened_at TIMESTAMPTZ NOT NULL,
  detected_at TIMESTAMPTZ NOT NULL,
  place TEXT NOT NULL, act TEXT NOT NULL,
  data_types TEXT NOT NULL, data_count TEXT NOT NULL, persons TEXT NOT NULL,
  consequences TEXT NOT NULL, measures TEXT NOT NULL,
  notified_at TIMESTAMPTZ, notified_to TEXT,
  warned_at TIMESTAMPTZ
);

-- The new codes, for a deployment that was set up before they were in data/codes.csv.
INSERT INTO listed_codes (list, code, name_vi, name_en, name_km, law, source, position)
  SELECT v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8 FROM (VALUES
    ('withhold', 'restricted', 'Hạn chế sử dụng theo yêu cầu của người gửi', 'Use restricted at the sender''s request', 'កម្រិតការប្រើប្រាស់តាមសំណើរបស់អ្នកផ្ញើ', 'Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15', 'own wording; law DOMAIN.md §3.1', 1000),
    ('rights_refuse', 'not_sender', 'Chưa đủ căn cứ là người gửi yêu cầu', 'It is not shown that the sender asks', 'មិនមានមូលដ្ឋានគ្រប់គ្រាន់ថាជាអ្នកផ្ញើ', '', 'own wording', 1001),
    ('rights_refuse', 'kept_by_law', 'Luật buộc phải lưu giữ dữ liệu này', 'The law requires that this is kept', 'ច្បាប់តម្រូវឱ្យរក្សាទុកទិន្នន័យនេះ', 'Luật Lưu trữ 33/2024/QH15, Luật Tố cáo 2018', 'own wording; laws DOMAIN.md §3.1 and §2.6', 1002),
    ('rights_refuse', 'others_rights', 'Ảnh hưởng đến quyền của người khác', 'It would touch the rights of others', 'ប៉ះពាល់ដល់សិទ្ធិអ្នកដទៃ', '', 'own wording', 1003),
    ('rights_refuse', 'no_such_data', 'Không lưu giữ dữ liệu được nêu', 'What is named is not kept', 'មិនមានរក្សាទុកទិន្នន័យដែលបានលើកឡើងទេ', '', 'own wording', 1004),
    ('rights_refuse', 'unclear', 'Chưa rõ yêu cầu điều gì', 'It is not clear what is asked', 'មិនច្បាស់ថាស្នើសុំអ្វី', '', 'own wording', 1005)
  ) AS v
  WHERE EXISTS (SELECT 1 FROM settings WHERE key = 'scope');
