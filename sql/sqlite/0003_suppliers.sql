-- Who sells us card keys, and at which cost. The keys of a supplier's API key are bound to it.
CREATE TABLE suppliers (
    id         INTEGER NOT NULL PRIMARY KEY,
    code       TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    supplies   TEXT    NOT NULL,  -- JSON array: SKU, agreed cost, currency, terms
    active     INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

-- 0 for a batch that differs from what is agreed and that nobody has approved: nothing of it is owed, so its purchase is not in the ledger,
-- and what is voided of it is no loss. Its status alone does not tell: it may have been recalled before it was decided.
ALTER TABLE batches ADD COLUMN approved INTEGER NOT NULL DEFAULT 1;

-- Serves a supplier's list of its own batches, newest first.
CREATE INDEX batches_owner ON batches (owner, id);
