-- Sessions on the dashboard that were ended before their time.
CREATE TABLE ended_sessions (
    session TEXT    NOT NULL PRIMARY KEY,  -- SHA-256 of the cookie, in hex
    ends_at INTEGER NOT NULL               -- by itself; then the row goes
) WITHOUT ROWID;
