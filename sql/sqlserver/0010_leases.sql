CREATE TABLE job_leases (
    name        NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    holder      NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    lease_until BIGINT NOT NULL,
    CONSTRAINT job_leases_pk PRIMARY KEY CLUSTERED (name)
);
