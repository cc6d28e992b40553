-- Which process runs a recurring job now. Guards make a job harmless that runs twice; the lease spares the doubled work.
CREATE TABLE job_leases (
    name        TEXT    NOT NULL PRIMARY KEY,
    holder      TEXT    NOT NULL,   -- a token of the process, another one with each start; empty: handed back
    lease_until INTEGER NOT NULL
) WITHOUT ROWID;
