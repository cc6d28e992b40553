CREATE TABLE suppliers (
    id         BIGINT NOT NULL,
    code       NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name       NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    supplies   NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    active     BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT suppliers_pk PRIMARY KEY CLUSTERED (id),
    CONSTRAINT suppliers_code UNIQUE (code)
);

ALTER TABLE batches ADD approved BIGINT NOT NULL CONSTRAINT batches_approved DEFAULT 1;

-- Serves a supplier's list of its own batches, newest first.
CREATE INDEX batches_owner ON batches (owner, id);
