-- Version 7: the keys of hosts to which secret values are sealed, as they were told at the first contact. A host has one
-- for each account that plumb works as there. In no entry of the chain: `plumb forget` takes them out.

CREATE TABLE IF NOT EXISTS sealing_keys (
  host      TEXT NOT NULL,
  account   TEXT NOT NULL,  -- "" for whom ssh logs in as by itself
  recipient TEXT NOT NULL,  -- age1…
  at        TEXT NOT NULL,  -- when it was told first, RFC 3339
  PRIMARY KEY (host, account)
) STRICT, WITHOUT ROWID;
