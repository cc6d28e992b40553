-- Test keys and what they order. Nothing here touches card keys, wallets, transfers or the outbox, and nothing else reads it.

-- KeyMode: 1 live, 2 test.
ALTER TABLE api_keys ADD COLUMN mode INTEGER NOT NULL DEFAULT 1;

-- What a test key has ordered. Where it stands is worked out from its lines' outcomes and the time that has passed since.
CREATE TABLE sandbox_orders (
    id                   INTEGER NOT NULL PRIMARY KEY,  -- its time is in it: old orders are deleted by ranges of ids
    storefront_id        INTEGER NOT NULL,
    client_reference     TEXT    NOT NULL,
    content_hash         BLOB    NOT NULL,
    currency             TEXT    NOT NULL,
    source               INTEGER NOT NULL,
    buyer_reference_hash BLOB    NULL,
    metadata             TEXT    NULL,
    cancelled_at         INTEGER NULL
);
-- Decides promise 2 in the sandbox too: a storefront's reference makes one order.
CREATE UNIQUE INDEX sandbox_orders_reference ON sandbox_orders (storefront_id, client_reference);
-- Serves a storefront's list, newest first.
CREATE INDEX sandbox_orders_storefront ON sandbox_orders (storefront_id, id);

CREATE TABLE sandbox_lines (
    order_id       INTEGER NOT NULL,
    id             INTEGER NOT NULL,
    sku_id         INTEGER NOT NULL,  -- of the built-in SKUs, which are in no table
    unit_ids       TEXT    NOT NULL,  -- JSON array, one a unit
    available      INTEGER NOT NULL,  -- units that the pretended stock covers
    unit_price     INTEGER NOT NULL,
    outcome        INTEGER NOT NULL,
    recipient      BLOB    NULL,      -- encrypted
    recipient_hash BLOB    NULL,
    metadata       TEXT    NULL,
    PRIMARY KEY (order_id, id)
) WITHOUT ROWID;
-- Serves the look-up of a person.
CREATE INDEX sandbox_lines_recipient ON sandbox_lines (recipient_hash) WHERE recipient_hash IS NOT NULL;

-- References that were turned away once on purpose (429, 503, 500), so that their repeat succeeds.
CREATE TABLE sandbox_refusals (
    storefront_id    INTEGER NOT NULL,
    client_reference TEXT    NOT NULL,
    refused_at       INTEGER NOT NULL,
    PRIMARY KEY (storefront_id, client_reference)
) WITHOUT ROWID;
-- Serves the deletion of old ones.
CREATE INDEX sandbox_refusals_time ON sandbox_refusals (refused_at);
