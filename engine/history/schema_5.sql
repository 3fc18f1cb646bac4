-- Version 5: contents that runs have replaced or removed, so that a run can be taken back. What a content is, its digest
-- says, so this is in no entry of the chain; the oldest go where there are too many (see kept.h).

CREATE TABLE IF NOT EXISTS kept (
  number INTEGER PRIMARY KEY,  -- grows with each that is kept, or kept once more
  digest TEXT NOT NULL UNIQUE,
  size   INTEGER NOT NULL,     -- of the bytes as they were on the host
  bytes  BLOB NOT NULL         -- packed as a content is
) STRICT;
