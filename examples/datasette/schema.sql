-- A county's data catalogue as its office might have kept it for years: own column names, own codes, JSON kept in text.
-- Nothing here follows the suite's names; szxc.toml alone says what is what.

CREATE TABLE departments (
  id        INTEGER PRIMARY KEY,
  dept_name TEXT NOT NULL,
  uscc      TEXT NOT NULL
);

CREATE TABLE resources (
  id             INTEGER PRIMARY KEY,
  res_no         TEXT,      -- no unique constraint: an old table
  res_name       TEXT,
  dept_id        INTEGER NOT NULL REFERENCES departments (id),
  summary        TEXT,
  cat_1          TEXT,      -- class, item, sub-item, detail
  cat_2          TEXT,
  cat_3          TEXT,
  cat_4          TEXT,
  carrier        TEXT,
  fields_json    TEXT,      -- [{"字段", "类型", "定级" 1-6, "数据元"}]
  share_kind     TEXT,      -- 无条件共享 | 有条件共享 | 不予共享
  share_terms    TEXT,
  share_way      TEXT,
  open_kind      INTEGER,   -- 0 not opened, 1 on conditions, 2 to everybody
  cycle          TEXT,      -- 实时 | 每日 | 每周 | 每旬 | 每月 | 每季度 | 每半年 | 每年 | 不定期
  published_on   TEXT,
  touched_at     TEXT,      -- Beijing time, "YYYY-MM-DD hh:mm:ss", as all times here
  scheme_no      TEXT,
  scheme_edition TEXT,
  agri_code      TEXT,
  "数据主体"     TEXT,      -- GG public | ZZ organisation | GR personal
  thing_kind     INTEGER,   -- 1 users, 2 business, 3 management, 4 operations
  processed      TEXT,      -- 原始 | 脱敏 | 标签 | 统计 | 融合
  pi_json        TEXT,      -- classes of personal information
  spi_json       TEXT,      -- classes of sensitive personal information
  factors_json   TEXT,      -- the eight grading factors
  tier           TEXT,      -- HX core | ZY important | YB general
  sub_no         INTEGER,   -- 1-4, general data only
  floor_no       INTEGER,   -- minimum reference level 1-6
  raise_note     TEXT,
  important_json TEXT,      -- [{"因素", "是否" 0-1, "说明"}]
  grade_basis    TEXT,
  graded_by      TEXT,
  graded_at      TEXT,
  approved_by    TEXT,
  approved_at    TEXT,
  review_on      TEXT,
  row_count      INTEGER,
  byte_count     INTEGER,
  accuracy       REAL,
  accuracy_unit  TEXT,
  cover_percent  REAL,
  use_for        TEXT,
  zj_level       TEXT,      -- the grade after the Zhejiang scheme
  delta_level    TEXT,      -- and after that of the Yangtze delta
  oid            TEXT
);

CREATE TABLE impacts (
  id          INTEGER PRIMARY KEY,
  resource_id INTEGER NOT NULL REFERENCES resources (id),
  seq         INTEGER NOT NULL,
  object_zh   TEXT,
  harm_zh     TEXT,
  reason_zh   TEXT
);

CREATE TABLE grade_log (
  id          INTEGER PRIMARY KEY,
  resource_id INTEGER NOT NULL REFERENCES resources (id),
  from_no     INTEGER,
  to_no       INTEGER,
  reason_zh   TEXT,
  changed_at  TEXT,
  changed_by  TEXT
);

CREATE INDEX impacts_of ON impacts (resource_id, seq);
CREATE INDEX log_of ON grade_log (resource_id, id);

-- What the server shows: one row for each entry, its impacts and its log as JSON text.
CREATE VIEW catalogue_entries AS
SELECT
  r.*,
  d.dept_name,
  d.uscc,
  (
    SELECT json_group_array(json_object('对象', i.object_zh, '程度', i.harm_zh, '理由', i.reason_zh))
    FROM (SELECT * FROM impacts WHERE resource_id = r.id ORDER BY seq) AS i
  ) AS impacts_json,
  (
    SELECT json_group_array(json_object('原', l.from_no, '新', l.to_no, '原因', l.reason_zh, '时间', l.changed_at, '人', l.changed_by))
    FROM (SELECT * FROM grade_log WHERE resource_id = r.id ORDER BY id) AS l
  ) AS log_json
FROM resources AS r
JOIN departments AS d ON d.id = r.dept_id
ORDER BY r.id;
