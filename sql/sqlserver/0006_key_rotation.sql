CREATE TABLE encryption_keys (
    id             BIGINT NOT NULL,
    activated_at   BIGINT NULL,
    deactivated_at BIGINT NULL,
    retired_at     BIGINT NULL,
    CONSTRAINT encryption_keys_pk PRIMARY KEY CLUSTERED (id)
);

ALTER TABLE nodes ADD
    encryption_keys   NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT nodes_encryption_keys DEFAULT N'',
    encryption_active BIGINT NOT NULL CONSTRAINT nodes_encryption_active DEFAULT 0;

CREATE TABLE reencryptions (
    part        BIGINT NOT NULL,
    to_key      BIGINT NOT NULL,
    after_row   BIGINT NOT NULL,
    after_line  BIGINT NOT NULL,
    seen        BIGINT NOT NULL,
    changed     BIGINT NOT NULL,
    finished_at BIGINT NULL,
    CONSTRAINT reencryptions_pk PRIMARY KEY CLUSTERED (part)
);

-- Set by `host restored`, after the server's own restore, as `host restore` does on SQLite.
ALTER TABLE batches ADD
    restored_at     BIGINT NULL,
    restored_frozen BIGINT NOT NULL CONSTRAINT batches_restored_frozen DEFAULT 0;
