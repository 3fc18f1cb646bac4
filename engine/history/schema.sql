-- Version 1 of .plumb/history.db. Later versions are further steps (schema_2.sql and on, store.cc); this one never changes.

CREATE TABLE plan (
  id    TEXT PRIMARY KEY,  -- "sha256:…", the digest of the bytes
  bytes BLOB               -- null: another operator's plan, known by its id alone
) STRICT;

CREATE TABLE run (
  number        INTEGER PRIMARY KEY,  -- in the order of their start
  id            TEXT NOT NULL UNIQUE,
  kind          TEXT NOT NULL,
  project       TEXT NOT NULL,
  plan          TEXT REFERENCES plan (id),
  operator      TEXT NOT NULL,
  started_at    TEXT NOT NULL,
  hosts_pattern TEXT NOT NULL,
  engine        TEXT NOT NULL,
  outcome       TEXT,  -- null, as the next two, until the run ended
  finished_at   TEXT,
  exit_code     INTEGER
) STRICT;

CREATE TABLE run_host (
  run          INTEGER NOT NULL REFERENCES run (number),
  name         TEXT NOT NULL,
  state        TEXT NOT NULL,
  changed      INTEGER NOT NULL,
  satisfied    INTEGER NOT NULL,
  failed       INTEGER NOT NULL,
  skipped      INTEGER NOT NULL,
  milliseconds INTEGER NOT NULL,
  code         TEXT NOT NULL,
  text         TEXT NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

-- The last event of each action: "started" until its outcome is known.
CREATE TABLE action (
  run          INTEGER NOT NULL REFERENCES run (number),
  host         TEXT NOT NULL,
  position     INTEGER NOT NULL,  -- in the plan's list for the host
  address      TEXT NOT NULL,
  op           TEXT NOT NULL,
  outcome      TEXT NOT NULL,
  text         TEXT NOT NULL,
  code         TEXT NOT NULL,
  milliseconds INTEGER NOT NULL,
  at           TEXT NOT NULL,
  PRIMARY KEY (run, host, position)
) STRICT, WITHOUT ROWID;

-- Outcomes that a host's journal told in a later run. Apart from the runs they amend, so that those stay as sealed.
CREATE TABLE late_report (
  number  INTEGER PRIMARY KEY,
  run     INTEGER NOT NULL REFERENCES run (number),
  plan    TEXT NOT NULL,
  host    TEXT NOT NULL,
  address TEXT NOT NULL,
  outcome TEXT NOT NULL,
  text    TEXT NOT NULL,
  at      TEXT NOT NULL,
  UNIQUE (run, host, address, outcome, text)
) STRICT;

-- One entry a finished run and a late report. `digest` is over the entry's content and `previous`.
CREATE TABLE chain (
  number   INTEGER PRIMARY KEY,
  run      INTEGER UNIQUE REFERENCES run (number),
  late     INTEGER UNIQUE REFERENCES late_report (number),
  previous TEXT NOT NULL,
  digest   TEXT NOT NULL,
  CHECK ((run IS NULL) <> (late IS NULL))
) STRICT;

CREATE TABLE facts (
  host  TEXT PRIMARY KEY,
  facts TEXT NOT NULL,
  at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
