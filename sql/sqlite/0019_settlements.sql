-- How a discrepancy ends, in money: what is proposed, and by whom. Another person approves it.
ALTER TABLE discrepancies ADD COLUMN outcome INTEGER NULL;      -- 1 accepted: we owe it; 2 dropped: the supplier does not charge it
ALTER TABLE discrepancies ADD COLUMN proposed_at INTEGER NULL;
ALTER TABLE discrepancies ADD COLUMN proposed_by TEXT NULL;
ALTER TABLE discrepancies
    ADD COLUMN content BLOB NULL;                              -- encrypted for the row's id, JSON: how it was settled, or why not so; null once it was erased

-- Notes were kept in clear; the audit has those of before.
ALTER TABLE discrepancies DROP COLUMN note;

-- Serves the list of what waits for a second person. Status 11 waits.
CREATE INDEX discrepancies_pending ON discrepancies (id) WHERE status = 11;
-- Serves the erasure of notes after the term.
CREATE INDEX discrepancies_noted ON discrepancies (proposed_at) WHERE content IS NOT NULL;

-- What was called settled while money was still disputed for it was not.
UPDATE discrepancies SET status = 10, resolved_at = NULL, resolved_by = NULL WHERE status = 20 AND amount <> 0 AND kind IN (1, 3, 4, 6);
