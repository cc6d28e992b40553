-- Lists of orders. The status stands in the index, so that every filter is one range of it, and a list without one merges the ranges of the few statuses.
DROP INDEX orders_storefront;
-- Serves a storefront's list, newest first, in one status or merged over all. The id stands at the end of every index by itself.
CREATE INDEX orders_status ON orders (storefront_id, status);
-- Serves the operators' list in one status. Not for fulfilled (20) orders: nearly all are, so a walk over the newest finds them, and intake is spared an entry.
CREATE INDEX orders_unusual ON orders (status) WHERE status <> 20;

-- The order's status once more, for the list of one SKU in one status.
ALTER TABLE order_lines ADD COLUMN order_status INTEGER NOT NULL DEFAULT 20;
UPDATE order_lines SET order_status = (SELECT o.status FROM orders AS o WHERE o.id = order_lines.order_id)
WHERE order_id IN (SELECT id FROM orders WHERE status <> 20);
-- By a trigger, because several use cases change an order's status, and a list that missed one would be wrong without anybody noticing.
CREATE TRIGGER orders_status_of_lines AFTER UPDATE OF status ON orders WHEN NEW.status <> OLD.status
BEGIN
    UPDATE order_lines SET order_status = NEW.status WHERE order_id = NEW.id;
END;
DROP INDEX order_lines_sku;
-- Serves a storefront's list filtered by SKU, in one status or merged over all.
CREATE INDEX order_lines_sku ON order_lines (storefront_id, sku_id, order_status, order_id);

-- Serves the search for what a person was given, and the erasure of it. Only lines that name somebody have an entry.
CREATE INDEX order_lines_recipient ON order_lines (storefront_id, recipient_hash, order_id) WHERE recipient_hash IS NOT NULL;
-- Serves the same by the buyer's reference.
CREATE INDEX orders_buyer ON orders (storefront_id, buyer_reference_hash) WHERE buyer_reference_hash IS NOT NULL;

-- Serve a storefront's account: what moved on its side of the ledger (1 receivable, 2 deposit), by currency, newest first.
CREATE INDEX transfers_of_debtor ON transfers (debit_subject, currency) WHERE debit_account IN (1, 2);
CREATE INDEX transfers_of_creditor ON transfers (credit_subject, currency) WHERE credit_account IN (1, 2);

-- When the SKU was last taken off the shelf: storefronts that ask for changes are told. Null: never, it may be one that is still being prepared.
ALTER TABLE skus ADD COLUMN left_shelf_at INTEGER NULL;
UPDATE skus SET left_shelf_at = updated_at WHERE on_shelf = 0;

-- The API key used; null for commands, for the key in the environment, and for entries older than this column.
ALTER TABLE audit_entries ADD COLUMN key_id INTEGER NULL;
-- Serve the audit by person, by key and by what was done, newest first.
CREATE INDEX audit_entries_actor ON audit_entries (actor);
CREATE INDEX audit_entries_actor_action ON audit_entries (actor, action);
CREATE INDEX audit_entries_key ON audit_entries (key_id) WHERE key_id IS NOT NULL;
CREATE INDEX audit_entries_key_action ON audit_entries (key_id, action) WHERE key_id IS NOT NULL;
CREATE INDEX audit_entries_action ON audit_entries (action);

-- Codes shown after the sale, counted by hour (Unix hours), person and key in the transaction of their audit entry.
CREATE TABLE reveal_hours (
    hour    INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    key_id  INTEGER NOT NULL,            -- 0: none
    reveals INTEGER NOT NULL,
    codes   INTEGER NOT NULL,
    alerted INTEGER NOT NULL DEFAULT 0,  -- whether this hour has raised its alert
    PRIMARY KEY (hour, actor, key_id)
) WITHOUT ROWID;
-- Serves the pattern that a key's hour is held against.
CREATE INDEX reveal_hours_key ON reveal_hours (actor, key_id, hour);
INSERT INTO reveal_hours (hour, actor, key_id, reveals, codes)
SELECT ((id >> 22) + 1704067200000) / 3600000, actor, 0, count(*), sum(json_extract(after, '$.codes'))
FROM audit_entries WHERE action = 'codes.revealed' GROUP BY 1, 2;

-- What somebody should look at. Status: 10 open, 11 acknowledged, 20 resolved.
CREATE TABLE alerts (
    id              INTEGER NOT NULL PRIMARY KEY,
    kind            INTEGER NOT NULL,
    severity        INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    subject         TEXT    NOT NULL,
    dedup_key       TEXT    NOT NULL,
    cause           TEXT    NOT NULL,
    count           INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    acknowledged_at INTEGER NULL,
    acknowledged_by TEXT    NULL,
    resolved_at     INTEGER NULL,
    resolved_by     TEXT    NULL
);
-- Decides that one cause has one alert until it is resolved.
CREATE UNIQUE INDEX alerts_unresolved ON alerts (dedup_key) WHERE status <> 20;
-- Serve the list by status and kind, newest first.
CREATE INDEX alerts_status ON alerts (status);
CREATE INDEX alerts_kind ON alerts (kind);
CREATE INDEX alerts_kind_status ON alerts (kind, status);

-- Orders that the retention job has passed by because they were open or not closed for long enough; it comes back to them.
CREATE TABLE retention_later (
    order_id INTEGER NOT NULL PRIMARY KEY
);
