-- What people do with units: the manual queue, unknowns that no query can settle, and what does not match.

-- Who is at a unit by hand, and until when. Over or without a row, it is free.
CREATE TABLE unit_leases (
    unit_id     INTEGER NOT NULL PRIMARY KEY,
    taken_by    TEXT    NOT NULL,
    taken_until INTEGER NOT NULL
);

-- What somebody has decided, or proposes, for a unit: a code or proof delivered by hand, a failure, the end of an unknown, another try.
CREATE TABLE unit_decisions (
    id          INTEGER NOT NULL PRIMARY KEY,  -- carries the time
    order_id    INTEGER NOT NULL,
    unit_id     INTEGER NOT NULL,
    attempt_id  INTEGER NULL,                  -- the unknown that it settles
    kind        INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    proposed_by TEXT    NOT NULL,
    supplier_id INTEGER NULL,                  -- to whom the cost is owed
    cost        INTEGER NULL,
    content     BLOB    NULL,                  -- encrypted for the row's id, JSON: evidence, and the code while it waits; null once it was erased
    decided_at  INTEGER NULL,
    decided_by  TEXT    NULL
);
-- Decides that one proposal at a time waits for a unit, and serves the list of what waits. Status 10 waits.
CREATE UNIQUE INDEX unit_decisions_pending ON unit_decisions (unit_id) WHERE status = 10;
-- Serves a unit's history, and the question whether it was sent round its routes again (kind 6) after an attempt.
CREATE INDEX unit_decisions_unit ON unit_decisions (unit_id, id);
-- Serves the erasure of an order's persons.
CREATE INDEX unit_decisions_order ON unit_decisions (order_id);

-- Serves the operators' lists of units in one state, newest first: 10 pending, 12 processing, 13 manual, 14 unknown, 21 failed. Delivered ones are in none.
CREATE INDEX units_unfinished ON units (state, order_id, id) WHERE state IN (10, 12, 13, 14, 21);

-- How a discrepancy was settled.
ALTER TABLE discrepancies ADD COLUMN note TEXT NULL;
