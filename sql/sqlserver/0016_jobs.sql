CREATE TABLE jobs (
    name          NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    started_at    BIGINT NULL,
    succeeded_at  BIGINT NULL,
    due_at        BIGINT NULL,
    node          BIGINT NULL,
    failures      BIGINT NOT NULL CONSTRAINT jobs_failures DEFAULT 0,
    requested_at  BIGINT NULL,
    requested_by  NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    paused_at     BIGINT NULL,
    paused_by     NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    paused_reason NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT jobs_pk PRIMARY KEY CLUSTERED (name)
);

CREATE TABLE job_runs (
    id         BIGINT NOT NULL,
    job        NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    started_at BIGINT NOT NULL,
    duration   BIGINT NOT NULL,
    node       BIGINT NOT NULL,
    outcome    BIGINT NOT NULL,
    result     NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT job_runs_pk PRIMARY KEY CLUSTERED (id)
);
-- Serves a job's last runs, and their end.
CREATE INDEX job_runs_job ON job_runs (job, id);

ALTER TABLE suppliers ADD low_balance BIGINT NULL;
