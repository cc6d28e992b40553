ALTER TABLE discrepancies ADD
    outcome     BIGINT NULL,
    proposed_at BIGINT NULL,
    proposed_by NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    content     VARBINARY(MAX) NULL;
ALTER TABLE discrepancies DROP COLUMN note;
GO
-- Serves the list of what waits for a second person. Status 11 waits.
CREATE INDEX discrepancies_pending ON discrepancies (id) INCLUDE (status) WHERE status = 11;
-- Serves the erasure of notes after the term.
CREATE INDEX discrepancies_noted ON discrepancies (proposed_at) WHERE content IS NOT NULL;

UPDATE discrepancies SET status = 10, resolved_at = NULL, resolved_by = NULL WHERE status = 20 AND amount <> 0 AND kind IN (1, 3, 4, 6);
