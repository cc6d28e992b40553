-- Which encryption keys this database has known. A number is never given to another key.
CREATE TABLE encryption_keys (
    id             INTEGER NOT NULL PRIMARY KEY,
    activated_at   INTEGER NULL,   -- when values were last begun to be encrypted with it; null: never, so a host may run without it
    deactivated_at INTEGER NULL,   -- when another key took over
    retired_at     INTEGER NULL    -- from then on no value may be stored that names it
);
-- Keys from before this table may have encrypted anything.
INSERT INTO encryption_keys (id, activated_at)
SELECT CAST(substr(name, 22) AS INTEGER), 0 FROM settings WHERE substr(name, 1, 21) = 'key-check:encryption:';

-- What the node's process has loaded, as 1,2, and which key it encrypts with. Empty: a process that encrypts nothing, or an older version.
ALTER TABLE nodes ADD COLUMN encryption_keys TEXT NOT NULL DEFAULT '';
ALTER TABLE nodes ADD COLUMN encryption_active INTEGER NOT NULL DEFAULT 0;

-- How far each encrypted column has been brought to the active key, so that it goes on where it stopped.
CREATE TABLE reencryptions (
    part        INTEGER NOT NULL PRIMARY KEY,   -- which column; the numbers stand in EncryptedColumn
    to_key      INTEGER NOT NULL,
    after_row   INTEGER NOT NULL,               -- rows up to here are done
    after_line  INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    finished_at INTEGER NULL
);

-- Set by a restore: the batch sells nothing until somebody has looked at the evidence and released it; it then is as frozen as it was before.
ALTER TABLE batches ADD COLUMN restored_at INTEGER NULL;
ALTER TABLE batches ADD COLUMN restored_frozen INTEGER NOT NULL DEFAULT 0;
