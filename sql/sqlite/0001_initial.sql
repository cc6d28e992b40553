-- Money: ten-thousandths of the currency unit. Times: Unix milliseconds, UTC. Dates: days since 0001-01-01; no expiry: 3652058 (9999-12-31).
-- A record's creation time is in its id. State numbers stand in the enums of Fulfilment.Core and never change meaning.

-- One value by name: check values of the secret keys.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Raised in the transaction of each change, so that every process can tell cheaply that its snapshot is old.
CREATE TABLE change_counters (
    name  TEXT    NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO change_counters (name, value) VALUES ('catalogue', 0), ('stock', 0);

-- Node numbers for ids. A number is free again once its lease has ended.
CREATE TABLE nodes (
    number      INTEGER NOT NULL PRIMARY KEY,
    token       TEXT    NOT NULL,
    lease_until INTEGER NOT NULL
);

CREATE TABLE skus (
    id                 INTEGER NOT NULL PRIMARY KEY,
    code               TEXT    NOT NULL UNIQUE,
    name               TEXT    NOT NULL,
    kind               INTEGER NOT NULL,
    brand              TEXT    NULL,
    category           TEXT    NULL,
    duration           TEXT    NULL,
    description        TEXT    NULL,
    instructions       TEXT    NULL,
    redeem_url         TEXT    NULL,
    image_url          TEXT    NULL,
    currency           TEXT    NOT NULL,
    price              INTEGER NOT NULL,
    face_value         INTEGER NULL,
    min_per_order      INTEGER NOT NULL,
    max_per_order      INTEGER NOT NULL,
    recipient_mode     INTEGER NOT NULL,
    recipient_pattern  TEXT    NULL,
    inputs             TEXT    NOT NULL,  -- JSON array of declared input fields
    min_remaining_days INTEGER NOT NULL,
    hold_minutes       INTEGER NOT NULL,  -- how long a held order keeps its codes reserved
    on_shelf           INTEGER NOT NULL,
    routes             TEXT    NOT NULL,  -- JSON array, by priority
    updated_at         INTEGER NOT NULL
);

CREATE TABLE storefronts (
    id              INTEGER NOT NULL PRIMARY KEY,
    code            TEXT    NOT NULL UNIQUE,
    name            TEXT    NOT NULL,
    settlement      INTEGER NOT NULL,
    credit_limit    INTEGER NULL,
    rate_per_second INTEGER NULL,
    stock_display   INTEGER NOT NULL,
    hold_above      INTEGER NULL,      -- orders above this amount wait for an operator
    active          INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
);

-- The key itself is shown once and never stored.
CREATE TABLE api_keys (
    id          INTEGER NOT NULL PRIMARY KEY,
    owner_kind  INTEGER NOT NULL,
    owner_code  TEXT    NOT NULL,
    hash        BLOB    NOT NULL UNIQUE,
    scopes      INTEGER NOT NULL,
    allowed_ips TEXT    NOT NULL,      -- JSON array of addresses and networks; empty: any
    expires_at  INTEGER NULL,
    revoked_at  INTEGER NULL
);

CREATE TABLE audit_entries (
    id      INTEGER NOT NULL PRIMARY KEY,
    actor   TEXT    NOT NULL,
    address TEXT    NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    before  TEXT    NULL,
    after   TEXT    NULL
);
-- Serves "what happened to this order, SKU or key".
CREATE INDEX audit_entries_subject ON audit_entries (subject, id);

-- Kept for ever: a repeat answers as the first.
CREATE TABLE idempotency_keys (
    owner        TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    operation    TEXT    NOT NULL,
    request_hash BLOB    NOT NULL,
    result_id    INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;

CREATE TABLE batches (
    id                 INTEGER NOT NULL PRIMARY KEY,
    sku_id             INTEGER NOT NULL REFERENCES skus (id),
    status             INTEGER NOT NULL,
    supplier           TEXT    NULL,
    purchase_reference TEXT    NULL,
    unit_cost          INTEGER NOT NULL,
    currency           TEXT    NOT NULL,
    default_expires_on INTEGER NOT NULL,
    owner              TEXT    NOT NULL,  -- who imports; with the key it makes a repeat answer as the first
    idempotency_key    TEXT    NOT NULL,
    content_hash       BLOB    NOT NULL DEFAULT x'',  -- over fingerprints, dates and faults of all rows up to the window last stored from
    importer           INTEGER NOT NULL DEFAULT 0,    -- the upload that may add rows; each slice is guarded by it and by `processed`
    importing_until    INTEGER NOT NULL DEFAULT 0,    -- when another upload with the same key may take over, should this one have died
    processed          INTEGER NOT NULL,
    accepted           INTEGER NOT NULL,
    duplicate          INTEGER NOT NULL,
    rejected           INTEGER NOT NULL,
    completed_at       INTEGER NULL,
    UNIQUE (owner, idempotency_key)
);
-- Serves stock by SKU.
CREATE INDEX batches_sku ON batches (sku_id, id);

CREATE TABLE batch_errors (
    batch_id INTEGER NOT NULL,
    line     INTEGER NOT NULL,
    reason   INTEGER NOT NULL,
    PRIMARY KEY (batch_id, line)
) WITHOUT ROWID;

-- Stock per batch as one row a node, so that nodes never wait for each other's row; a batch's stock is the sum.
CREATE TABLE batch_stock (
    batch_id  INTEGER NOT NULL,
    node      INTEGER NOT NULL,
    available INTEGER NOT NULL,
    reserved  INTEGER NOT NULL,
    frozen    INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    voided    INTEGER NOT NULL,
    expired   INTEGER NOT NULL,
    PRIMARY KEY (batch_id, node)
) WITHOUT ROWID;

-- Only `state` ever changes, between numbers stored in one byte, so an update rewrites the row in place and never splits a full page.
-- The unit that holds a key stands in `units`.
CREATE TABLE card_keys (
    id          INTEGER NOT NULL PRIMARY KEY,
    sku_id      INTEGER NOT NULL,
    batch_id    INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    expires_on  INTEGER NOT NULL,
    fingerprint BLOB    NOT NULL,
    number_hash BLOB    NULL,         -- for the look-up by card number; no index before a release looks one up: hashes are random, it would halve the speed of imports
    code        BLOB    NOT NULL      -- encrypted number and secret
);
-- Serves the pool's refill and the claim from the table, first expired first out. State 10 is available.
CREATE INDEX card_keys_fefo ON card_keys (sku_id, expires_on, id) WHERE state = 10;

-- Decides that a code enters the stock once, whatever the SKU or batch. Apart from card_keys because a code may be known without being stock.
CREATE TABLE code_fingerprints (
    fingerprint BLOB    NOT NULL PRIMARY KEY,
    card_key_id INTEGER NOT NULL
) WITHOUT ROWID;

-- The chain of each card key: what it became, when, for which unit, sealed together with the entry before.
CREATE TABLE custody_entries (
    card_key_id INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    unit_id     INTEGER NULL,
    seal        BLOB    NOT NULL,
    PRIMARY KEY (card_key_id, sequence)
) WITHOUT ROWID;

-- The sealed sum of a day's custody entries, one row a node: entries cut off a chain's end are missed here.
CREATE TABLE custody_days (
    day     INTEGER NOT NULL,
    node    INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    root    BLOB    NOT NULL,
    seal    BLOB    NOT NULL,
    PRIMARY KEY (day, node)
) WITHOUT ROWID;

CREATE TABLE orders (
    id                   INTEGER NOT NULL PRIMARY KEY,
    storefront_id        INTEGER NOT NULL,
    client_reference     TEXT    NOT NULL,
    content_hash         BLOB    NOT NULL,
    status               INTEGER NOT NULL,
    version              INTEGER NOT NULL,
    currency             TEXT    NOT NULL,
    amount               INTEGER NOT NULL,
    open_units           INTEGER NOT NULL,
    allow_partial        INTEGER NOT NULL,
    source               INTEGER NOT NULL,
    campaign             TEXT    NULL,
    buyer                BLOB    NULL,   -- encrypted
    buyer_reference_hash BLOB    NULL,
    metadata             TEXT    NULL,
    completed_at         INTEGER NULL,
    due_at               INTEGER NULL
);
-- Decides promise 2: a storefront's reference makes one order.
CREATE UNIQUE INDEX orders_reference ON orders (storefront_id, client_reference);
-- Serves a storefront's list, newest first.
CREATE INDEX orders_storefront ON orders (storefront_id, id);
-- Serves the sweep over orders that something must look at again.
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE order_lines (
    order_id       INTEGER NOT NULL,
    id             INTEGER NOT NULL,
    storefront_id  INTEGER NOT NULL,
    sku_id         INTEGER NOT NULL,
    status         INTEGER NOT NULL,
    quantity       INTEGER NOT NULL,
    unit_price     INTEGER NOT NULL,
    sale_price     INTEGER NULL,
    recipient      BLOB    NULL,         -- encrypted
    recipient_hash BLOB    NULL,
    inputs         BLOB    NULL,         -- encrypted
    metadata       TEXT    NULL,
    PRIMARY KEY (order_id, id)
) WITHOUT ROWID;
-- Serves a storefront's list filtered by SKU.
CREATE INDEX order_lines_sku ON order_lines (storefront_id, sku_id, order_id);

CREATE TABLE units (
    order_id         INTEGER NOT NULL,
    id               INTEGER NOT NULL,
    line_id          INTEGER NOT NULL,
    state            INTEGER NOT NULL,
    card_key_id      INTEGER NULL,
    delivered_at     INTEGER NULL,
    due_at           INTEGER NULL,
    failure          INTEGER NULL,
    replaces_unit_id INTEGER NULL,
    PRIMARY KEY (order_id, id)
) WITHOUT ROWID;
-- Decides promise 1 once more, below the guard on card_keys: one key, one unit.
CREATE UNIQUE INDEX units_card_key ON units (card_key_id) WHERE card_key_id IS NOT NULL;
-- Serves the sweep over units that something must look at again.
CREATE INDEX units_due ON units (due_at) WHERE due_at IS NOT NULL;

-- A storefront's money in one currency: deposits less charges (negative for what a postpaid one owes), and what open holds keep back.
CREATE TABLE wallets (
    storefront_id INTEGER NOT NULL,
    currency      TEXT    NOT NULL,
    balance       INTEGER NOT NULL,
    held          INTEGER NOT NULL,
    PRIMARY KEY (storefront_id, currency)
) WITHOUT ROWID;

-- Money kept back for a held order; posted or voided once.
CREATE TABLE holds (
    order_id      INTEGER NOT NULL PRIMARY KEY,
    storefront_id INTEGER NOT NULL,
    currency      TEXT    NOT NULL,
    amount        INTEGER NOT NULL,
    state         INTEGER NOT NULL
);

-- What a storefront paid in, and its wallet as the answer showed it: a repeat of the request answers as the first, whatever was bought since.
CREATE TABLE deposits (
    transfer_id   INTEGER NOT NULL PRIMARY KEY,
    storefront_id INTEGER NOT NULL,
    reference     TEXT    NULL,
    balance       INTEGER NOT NULL,
    held          INTEGER NOT NULL,
    available     INTEGER NULL       -- null: no limit
);

-- Append-only. Each row moves one amount from one account to another, so it balances by its shape.
CREATE TABLE transfers (
    id             INTEGER NOT NULL PRIMARY KEY,
    kind           INTEGER NOT NULL,
    debit_account  INTEGER NOT NULL,
    debit_subject  INTEGER NOT NULL,
    credit_account INTEGER NOT NULL,
    credit_subject INTEGER NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    currency       TEXT    NOT NULL,
    order_id       INTEGER NULL
);

-- Events for storefronts, written in the transaction that makes them true.
CREATE TABLE outbox (
    id            INTEGER NOT NULL PRIMARY KEY,
    storefront_id INTEGER NOT NULL,
    type          INTEGER NOT NULL,
    order_id      INTEGER NOT NULL,
    status        INTEGER NOT NULL,
    version       INTEGER NOT NULL
);
