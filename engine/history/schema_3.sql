-- Version 3: where a plan's folder of contents was when it was last applied. What is in it is checked by its digests, so
-- this is in no entry of the chain.

CREATE TABLE plan_folder (
  plan   TEXT PRIMARY KEY REFERENCES plan (id),
  folder TEXT NOT NULL  -- absolute
) STRICT, WITHOUT ROWID;
