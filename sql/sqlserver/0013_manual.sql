CREATE TABLE unit_leases (
    unit_id     BIGINT NOT NULL,
    taken_by    NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    taken_until BIGINT NOT NULL,
    CONSTRAINT unit_leases_pk PRIMARY KEY CLUSTERED (unit_id)
);

CREATE TABLE unit_decisions (
    id          BIGINT NOT NULL,
    order_id    BIGINT NOT NULL,
    unit_id     BIGINT NOT NULL,
    attempt_id  BIGINT NULL,
    kind        BIGINT NOT NULL,
    status      BIGINT NOT NULL,
    proposed_by NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    supplier_id BIGINT NULL,
    cost        BIGINT NULL,
    content     VARBINARY(MAX) NULL,
    decided_at  BIGINT NULL,
    decided_by  NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT unit_decisions_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Decides that one proposal at a time waits for a unit, and serves the list of what waits. Status 10 waits.
CREATE UNIQUE INDEX unit_decisions_pending ON unit_decisions (unit_id) INCLUDE (status) WHERE status = 10;
-- Serves a unit's history, and the question whether it was sent round its routes again (kind 6) after an attempt.
CREATE INDEX unit_decisions_unit ON unit_decisions (unit_id, id);
-- Serves the erasure of an order's persons.
CREATE INDEX unit_decisions_order ON unit_decisions (order_id);

-- Serves the operators' lists of units in one state, newest first: 10 pending, 12 processing, 13 manual, 14 unknown, 21 failed. Delivered ones are in none.
CREATE INDEX units_unfinished ON units (state, order_id, id) WHERE state IN (10, 12, 13, 14, 21);

ALTER TABLE discrepancies ADD note NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NULL;
