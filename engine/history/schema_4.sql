-- Version 4: what stood behind a run beside its plan: a ticket, the rules that judged it, what was waived. In the chain
-- with the run.

CREATE TABLE run_note (
  run  INTEGER NOT NULL REFERENCES run (number),
  name TEXT NOT NULL,  -- "ticket", "policy baseline"
  text TEXT NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
