-- Recurring jobs: where each stands, and what its runs came to.

CREATE TABLE jobs (
    name          TEXT    NOT NULL PRIMARY KEY,
    started_at    INTEGER NULL,
    succeeded_at  INTEGER NULL,
    due_at        INTEGER NULL,
    node          INTEGER NULL,                -- wrote the columns before
    failures      INTEGER NOT NULL DEFAULT 0,  -- since the last run that succeeded
    requested_at  INTEGER NULL,                -- somebody wants it to run now
    requested_by  TEXT    NULL,
    paused_at     INTEGER NULL,
    paused_by     TEXT    NULL,
    paused_reason TEXT    NULL
) WITHOUT ROWID;

-- Runs that did something, or failed.
CREATE TABLE job_runs (
    id         INTEGER NOT NULL PRIMARY KEY,
    job        TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    duration   INTEGER NOT NULL,  -- milliseconds
    node       INTEGER NOT NULL,
    outcome    INTEGER NOT NULL,
    result     TEXT    NOT NULL
);
-- Serves a job's last runs, and their end.
CREATE INDEX job_runs_job ON job_runs (job, id);

-- Below this much money at the supplier somebody is told; null: never.
ALTER TABLE suppliers ADD low_balance INTEGER NULL;
