-- Version 2: a content stands once, whatever plans hold it (see plan_store.h).

CREATE TABLE content (
  digest TEXT PRIMARY KEY,  -- "sha256:…", of the bytes as they were in the plan
  size   INTEGER NOT NULL,  -- of those bytes
  bytes  BLOB NOT NULL      -- deflated (RFC 1950) where that is shorter than `size`
) STRICT;

-- `bytes` is the plan's document from now on, packed as a content is; `size` is null where it has none.
ALTER TABLE plan ADD COLUMN size INTEGER;
