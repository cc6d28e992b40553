CREATE TABLE ended_sessions (
    session NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    ends_at BIGINT NOT NULL,
    CONSTRAINT ended_sessions_pk PRIMARY KEY CLUSTERED (session)
);
