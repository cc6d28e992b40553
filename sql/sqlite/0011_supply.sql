-- What a unit needs that is not in the pool: suppliers that are asked to issue it, and every single time one was asked.

-- How a supplier is called. The settings hold secrets; null: it only delivers files.
ALTER TABLE suppliers ADD COLUMN adapter TEXT NULL;
ALTER TABLE suppliers
    ADD COLUMN settings BLOB NULL;  -- encrypted for the supplier's id
ALTER TABLE suppliers ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;  -- 1: routes pass it by; what was submitted is still asked for
ALTER TABLE suppliers ADD COLUMN settings_changed_at INTEGER NULL;    -- what was submitted before may be at another account than the one asked now; null: never changed

-- JSON: how its routes are chosen, and the components of a bundle.
ALTER TABLE skus ADD COLUMN supply     TEXT NOT NULL DEFAULT '{"order":1,"allowLoss":false,"waitMinutes":15,"approveManual":false}';
ALTER TABLE skus ADD COLUMN components TEXT NOT NULL DEFAULT '[]';

-- A bundle's line has several units a quantity. Null: one each.
ALTER TABLE order_lines ADD COLUMN unit_count INTEGER NULL;

-- The component that a unit of a bundle is, and its share of the line's price. Null: the line's own.
ALTER TABLE units ADD COLUMN sku_id INTEGER NULL;
ALTER TABLE units ADD COLUMN price  INTEGER NULL;
-- 1: it may have been submitted after the backup that this row was restored from, under a number we do not know; never submitted again by itself.
ALTER TABLE units ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;
-- Serves the workers: what waits for a route (10), and what a supplier is at (12) or may have issued (14). Finished units are in neither.
CREATE INDEX units_pending ON units (due_at) WHERE state = 10;
CREATE INDEX units_submitted ON units (due_at) WHERE state IN (12, 14);

-- How much of a hold was posted or given back while units of its order were still open.
ALTER TABLE holds ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;

-- One submission of a unit to a supplier. The id is also the number by which the supplier knows it.
CREATE TABLE attempts (
    id           INTEGER NOT NULL PRIMARY KEY,
    order_id     INTEGER NOT NULL,
    unit_id      INTEGER NOT NULL,
    supplier_id  INTEGER NOT NULL,
    supplier_sku TEXT    NOT NULL,
    state        INTEGER NOT NULL,
    unit_cost    INTEGER NOT NULL,
    currency     TEXT    NOT NULL,
    send_before  INTEGER NOT NULL,  -- nothing of it is sent at this time or later
    queried_at   INTEGER NULL,      -- when the supplier was last asked what became of it
    queries      INTEGER NOT NULL DEFAULT 0,
    receipt      TEXT    NULL,      -- the supplier's own number
    reason       TEXT    NULL,      -- the supplier's code, or ours, for where it stands
    decided_at   INTEGER NULL
);
-- Decides promise 4: a unit has one open attempt.
CREATE UNIQUE INDEX attempts_open ON attempts (unit_id) WHERE state IN (10, 11, 12);
-- Serves a unit's history, and with it the routes that are used up.
CREATE INDEX attempts_unit ON attempts (unit_id, id);
-- Serves the money held in unknowns, by supplier and age. State 12 is unknown.
CREATE INDEX attempts_unknown ON attempts (supplier_id, id) WHERE state = 12;

-- What a supplier said, as it came: it may hold codes and recipients.
CREATE TABLE supplier_answers (
    attempt_id INTEGER NOT NULL,
    id         INTEGER NOT NULL,  -- carries the time
    source     INTEGER NOT NULL,  -- 1 submission, 2 query, 3 callback
    status     INTEGER NULL,      -- of HTTP
    body       BLOB    NOT NULL,  -- encrypted for the row's id
    PRIMARY KEY (attempt_id, id)
) WITHOUT ROWID;

-- Verified callbacks for attempts that we do not know.
CREATE TABLE stray_callbacks (
    id          INTEGER NOT NULL PRIMARY KEY,
    supplier_id INTEGER NOT NULL,
    reference   TEXT    NULL,
    body        BLOB    NOT NULL  -- encrypted for the row's id
);
-- Decides how many callbacks with one reference are kept.
CREATE INDEX stray_callbacks_reference ON stray_callbacks (supplier_id, reference);

-- What does not match between a supplier and us, and the code at stake, if any: quarantined.
CREATE TABLE discrepancies (
    id          INTEGER NOT NULL PRIMARY KEY,
    kind        INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    supplier_id INTEGER NOT NULL,
    attempt_id  INTEGER NULL,
    unit_id     INTEGER NULL,
    amount      INTEGER NOT NULL,
    currency    TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    code        BLOB    NULL,     -- encrypted for the row's id
    fingerprint BLOB    NOT NULL DEFAULT x'',  -- of the code; empty: there is none
    resolved_at INTEGER NULL,
    resolved_by TEXT    NULL
);
-- Serves the list of what is open. Status 10 is open.
CREATE INDEX discrepancies_open ON discrepancies (id) WHERE status = 10;
-- Decides that a repeated callback reports the same contradiction once, and each code of it.
CREATE UNIQUE INDEX discrepancies_once ON discrepancies (attempt_id, kind, fingerprint) WHERE attempt_id IS NOT NULL;
