ALTER TABLE batches ADD
    terms  BIGINT NOT NULL CONSTRAINT batches_terms DEFAULT 1,
    frozen BIGINT NOT NULL CONSTRAINT batches_frozen DEFAULT 0;
