-- The schema of sql/sqlite, script by script, with the same tables, columns and indexes: what they mean stands there, and here what is particular to SQL Server.
-- SQL Server came with script 0009, so no database has rows from before it: the scripts convert none. A line that says GO ends a batch.
--
-- Every number is a BIGINT, as it is on SQLite, so that both give the stores the same types; compressed rows store it in as few bytes as it needs.
-- Text compares by its code points, as on SQLite, whatever the database's own collation. SQL Server takes 'A' and 'A ' for equal all the same: see orders.
-- Tables are clustered by what they are read by; ids grow with time, so new rows come at the end, and every other index ends with the clustered key by itself.
-- A filtered index names its column in INCLUDE where a query asks for more than the key: a match is then found without going to the row.

CREATE TABLE settings (
    name  NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    value NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT settings_pk PRIMARY KEY CLUSTERED (name)
);

CREATE TABLE change_counters (
    name  NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    value BIGINT NOT NULL,
    CONSTRAINT change_counters_pk PRIMARY KEY CLUSTERED (name)
);
INSERT INTO change_counters (name, value) VALUES (N'catalogue', 0), (N'stock', 0);

-- Leases end by this server's clock, not by the clocks of the nodes.
CREATE TABLE nodes (
    number      BIGINT NOT NULL,
    token       NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    lease_until BIGINT NOT NULL,
    CONSTRAINT nodes_pk PRIMARY KEY CLUSTERED (number)
);

CREATE TABLE skus (
    id                 BIGINT NOT NULL,
    code               NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name               NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    kind               BIGINT NOT NULL,
    brand              NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
    category           NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
    duration           NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
    description        NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    instructions       NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    redeem_url         NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NULL,
    image_url          NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NULL,
    currency           NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    price              BIGINT NOT NULL,
    face_value         BIGINT NULL,
    min_per_order      BIGINT NOT NULL,
    max_per_order      BIGINT NOT NULL,
    recipient_mode     BIGINT NOT NULL,
    recipient_pattern  NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    inputs             NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    min_remaining_days BIGINT NOT NULL,
    hold_minutes       BIGINT NOT NULL,
    on_shelf           BIGINT NOT NULL,
    routes             NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    updated_at         BIGINT NOT NULL,
    CONSTRAINT skus_pk PRIMARY KEY CLUSTERED (id),
    CONSTRAINT skus_code UNIQUE (code)
);

CREATE TABLE storefronts (
    id              BIGINT NOT NULL,
    code            NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name            NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    settlement      BIGINT NOT NULL,
    credit_limit    BIGINT NULL,
    rate_per_second BIGINT NULL,
    stock_display   BIGINT NOT NULL,
    hold_above      BIGINT NULL,
    active          BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    CONSTRAINT storefronts_pk PRIMARY KEY CLUSTERED (id),
    CONSTRAINT storefronts_code UNIQUE (code)
);

CREATE TABLE api_keys (
    id          BIGINT NOT NULL,
    owner_kind  BIGINT NOT NULL,
    owner_code  NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    hash        BINARY(32) NOT NULL,
    scopes      BIGINT NOT NULL,
    allowed_ips NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    expires_at  BIGINT NULL,
    revoked_at  BIGINT NULL,
    CONSTRAINT api_keys_pk PRIMARY KEY CLUSTERED (id),
    CONSTRAINT api_keys_hash UNIQUE (hash)
);

CREATE TABLE audit_entries (
    id      BIGINT NOT NULL,
    actor   NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    address NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    action  NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    subject NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    before  NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    after   NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT audit_entries_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Serves "what happened to this order, SKU or key".
CREATE INDEX audit_entries_subject ON audit_entries (subject, id) WITH (DATA_COMPRESSION = ROW);

-- A clustered key has at most 900 bytes, which these two fill nearly.
CREATE TABLE idempotency_keys (
    owner        NVARCHAR(150) COLLATE Latin1_General_100_BIN2 NOT NULL,
    "key"        NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    operation    NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    request_hash VARBINARY(32) NOT NULL,
    result_id    BIGINT NOT NULL,
    CONSTRAINT idempotency_keys_pk PRIMARY KEY CLUSTERED (owner, "key") WITH (DATA_COMPRESSION = ROW)
);

CREATE TABLE batches (
    id                 BIGINT NOT NULL,
    sku_id             BIGINT NOT NULL CONSTRAINT batches_of_sku REFERENCES skus (id),
    status             BIGINT NOT NULL,
    supplier           NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    purchase_reference NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    unit_cost          BIGINT NOT NULL,
    currency           NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    default_expires_on BIGINT NOT NULL,
    owner              NVARCHAR(150) COLLATE Latin1_General_100_BIN2 NOT NULL,
    idempotency_key    NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    content_hash       VARBINARY(32) NOT NULL CONSTRAINT batches_content_hash DEFAULT 0x,
    importer           BIGINT NOT NULL CONSTRAINT batches_importer DEFAULT 0,
    importing_until    BIGINT NOT NULL CONSTRAINT batches_importing_until DEFAULT 0,
    processed          BIGINT NOT NULL,
    accepted           BIGINT NOT NULL,
    duplicate          BIGINT NOT NULL,
    rejected           BIGINT NOT NULL,
    completed_at       BIGINT NULL,
    CONSTRAINT batches_pk PRIMARY KEY CLUSTERED (id),
    CONSTRAINT batches_once UNIQUE (owner, idempotency_key)
);
-- Serves stock by SKU.
CREATE INDEX batches_sku ON batches (sku_id, id);

CREATE TABLE batch_errors (
    batch_id BIGINT NOT NULL,
    line     BIGINT NOT NULL,
    reason   BIGINT NOT NULL,
    CONSTRAINT batch_errors_pk PRIMARY KEY CLUSTERED (batch_id, line) WITH (DATA_COMPRESSION = ROW)
);

-- A row a node: here it is what lets several nodes sell from one batch at once without waiting for each other's commit.
CREATE TABLE batch_stock (
    batch_id  BIGINT NOT NULL,
    node      BIGINT NOT NULL,
    available BIGINT NOT NULL,
    reserved  BIGINT NOT NULL,
    frozen    BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    voided    BIGINT NOT NULL,
    expired   BIGINT NOT NULL,
    CONSTRAINT batch_stock_pk PRIMARY KEY CLUSTERED (batch_id, node)
);

-- Only `state` ever changes, and compression stores its numbers in one byte, so a page that is full does not split.
CREATE TABLE card_keys (
    id          BIGINT NOT NULL,
    sku_id      BIGINT NOT NULL,
    batch_id    BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    expires_on  BIGINT NOT NULL,
    fingerprint BINARY(16) NOT NULL,
    number_hash BINARY(16) NULL,
    code        VARBINARY(8000) NOT NULL,
    CONSTRAINT card_keys_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Serves the pool's refill and the claim from the table, first expired first out. State 10 is available.
CREATE INDEX card_keys_fefo ON card_keys (sku_id, expires_on, id) INCLUDE (state) WHERE state = 10 WITH (DATA_COMPRESSION = ROW);

-- Fingerprints are random, so a row lands anywhere in whatever is sorted by them; clustered, that is one tree and not two. A slice of an import that comes
-- in their order touches each page once.
CREATE TABLE code_fingerprints (
    fingerprint BINARY(16) NOT NULL,
    card_key_id BIGINT NOT NULL,
    CONSTRAINT code_fingerprints_pk PRIMARY KEY CLUSTERED (fingerprint) WITH (DATA_COMPRESSION = ROW)
);

CREATE TABLE custody_entries (
    card_key_id BIGINT NOT NULL,
    sequence    BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    unit_id     BIGINT NULL,
    seal        BINARY(32) NOT NULL,
    CONSTRAINT custody_entries_pk PRIMARY KEY CLUSTERED (card_key_id, sequence) WITH (DATA_COMPRESSION = ROW)
);

CREATE TABLE custody_days (
    day     BIGINT NOT NULL,
    node    BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    root    BINARY(32) NOT NULL,
    seal    BINARY(32) NOT NULL,
    CONSTRAINT custody_days_pk PRIMARY KEY CLUSTERED (day, node)
);

CREATE TABLE orders (
    id                     BIGINT NOT NULL,
    storefront_id          BIGINT NOT NULL,
    client_reference       NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    content_hash           VARBINARY(32) NOT NULL,
    status                 BIGINT NOT NULL,
    version                BIGINT NOT NULL,
    currency               NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    amount                 BIGINT NOT NULL,
    open_units             BIGINT NOT NULL,
    allow_partial          BIGINT NOT NULL,
    source                 BIGINT NOT NULL,
    campaign               NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    buyer                  VARBINARY(MAX) NULL,
    buyer_reference_hash   BINARY(16) NULL,
    metadata               NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    completed_at           BIGINT NULL,
    due_at                 BIGINT NULL,
    client_reference_bytes AS CAST(DATALENGTH(client_reference) AS INT) PERSISTED,
    CONSTRAINT orders_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Decides promise 2: a storefront's reference makes one order. With its length, because 'A-1' and 'A-1 ' are two references, and equal to SQL Server.
CREATE UNIQUE INDEX orders_reference ON orders (storefront_id, client_reference, client_reference_bytes) WITH (DATA_COMPRESSION = ROW);
-- Serves a storefront's list, newest first.
CREATE INDEX orders_storefront ON orders (storefront_id, id) WITH (DATA_COMPRESSION = ROW);
-- Serves the sweep over orders that something must look at again.
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL WITH (DATA_COMPRESSION = ROW);

CREATE TABLE order_lines (
    order_id       BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    storefront_id  BIGINT NOT NULL,
    sku_id         BIGINT NOT NULL,
    status         BIGINT NOT NULL,
    quantity       BIGINT NOT NULL,
    unit_price     BIGINT NOT NULL,
    sale_price     BIGINT NULL,
    recipient      VARBINARY(2000) NULL,
    recipient_hash BINARY(16) NULL,
    inputs         VARBINARY(MAX) NULL,
    metadata       NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT order_lines_pk PRIMARY KEY CLUSTERED (order_id, id) WITH (DATA_COMPRESSION = ROW)
);
-- Serves a storefront's list filtered by SKU.
CREATE INDEX order_lines_sku ON order_lines (storefront_id, sku_id, order_id) WITH (DATA_COMPRESSION = ROW);

CREATE TABLE units (
    order_id         BIGINT NOT NULL,
    id               BIGINT NOT NULL,
    line_id          BIGINT NOT NULL,
    state            BIGINT NOT NULL,
    card_key_id      BIGINT NULL,
    delivered_at     BIGINT NULL,
    due_at           BIGINT NULL,
    failure          BIGINT NULL,
    replaces_unit_id BIGINT NULL,
    CONSTRAINT units_pk PRIMARY KEY CLUSTERED (order_id, id) WITH (DATA_COMPRESSION = ROW)
);
-- Decides promise 1 once more, below the guard on card_keys: one key, one unit.
CREATE UNIQUE INDEX units_card_key ON units (card_key_id) WHERE card_key_id IS NOT NULL WITH (DATA_COMPRESSION = ROW);
-- Serves the sweep over units that something must look at again.
CREATE INDEX units_due ON units (due_at) WHERE due_at IS NOT NULL WITH (DATA_COMPRESSION = ROW);

CREATE TABLE wallets (
    storefront_id BIGINT NOT NULL,
    currency      NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    balance       BIGINT NOT NULL,
    held          BIGINT NOT NULL,
    CONSTRAINT wallets_pk PRIMARY KEY CLUSTERED (storefront_id, currency)
);

CREATE TABLE holds (
    order_id      BIGINT NOT NULL,
    storefront_id BIGINT NOT NULL,
    currency      NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    amount        BIGINT NOT NULL,
    state         BIGINT NOT NULL,
    CONSTRAINT holds_pk PRIMARY KEY CLUSTERED (order_id) WITH (DATA_COMPRESSION = ROW)
);

CREATE TABLE deposits (
    transfer_id   BIGINT NOT NULL,
    storefront_id BIGINT NOT NULL,
    reference     NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    balance       BIGINT NOT NULL,
    held          BIGINT NOT NULL,
    available     BIGINT NULL,
    CONSTRAINT deposits_pk PRIMARY KEY CLUSTERED (transfer_id) WITH (DATA_COMPRESSION = ROW)
);

CREATE TABLE transfers (
    id             BIGINT NOT NULL,
    kind           BIGINT NOT NULL,
    debit_account  BIGINT NOT NULL,
    debit_subject  BIGINT NOT NULL,
    credit_account BIGINT NOT NULL,
    credit_subject BIGINT NOT NULL,
    amount         BIGINT NOT NULL CONSTRAINT transfers_amount CHECK (amount > 0),
    currency       NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    order_id       BIGINT NULL,
    CONSTRAINT transfers_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);

CREATE TABLE outbox (
    id            BIGINT NOT NULL,
    storefront_id BIGINT NOT NULL,
    type          BIGINT NOT NULL,
    order_id      BIGINT NOT NULL,
    status        BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    CONSTRAINT outbox_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);

-- A slice of an import, or a recall, changes thousands of rows in one transaction. Many row locks must not become a lock on the table: orders would wait.
ALTER TABLE card_keys SET (LOCK_ESCALATION = DISABLE);
ALTER TABLE code_fingerprints SET (LOCK_ESCALATION = DISABLE);
ALTER TABLE custody_entries SET (LOCK_ESCALATION = DISABLE);
ALTER TABLE orders SET (LOCK_ESCALATION = DISABLE);
ALTER TABLE order_lines SET (LOCK_ESCALATION = DISABLE);
ALTER TABLE units SET (LOCK_ESCALATION = DISABLE);
ALTER TABLE outbox SET (LOCK_ESCALATION = DISABLE);
