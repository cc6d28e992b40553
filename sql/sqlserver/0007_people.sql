DROP INDEX orders_storefront ON orders;
-- Serves a storefront's list, newest first, in one status or merged over all. The clustered id stands at the end of every index by itself.
CREATE INDEX orders_status ON orders (storefront_id, status) WITH (DATA_COMPRESSION = ROW);
-- Serves the operators' list in one status. Not for fulfilled (20) orders: nearly all are, so a walk over the newest finds them, and intake is spared an entry.
CREATE INDEX orders_unusual ON orders (status) WHERE status <> 20 WITH (DATA_COMPRESSION = ROW);

ALTER TABLE order_lines ADD order_status BIGINT NOT NULL CONSTRAINT order_lines_order_status DEFAULT 20;
GO
-- A statement may change many orders and fires this once; the old rows are joined in so that an update that leaves the status as it is costs nothing.
-- It says how many rows it changed to nobody: the stores count those of their own statement. A table with a trigger takes OUTPUT only with INTO.
CREATE TRIGGER orders_status_of_lines ON orders AFTER UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    IF UPDATE(status)
        UPDATE line SET order_status = changed.status
        FROM inserted AS changed
            JOIN deleted AS was ON was.id = changed.id
            JOIN order_lines AS line ON line.order_id = changed.id
        WHERE changed.status <> was.status;
END;
GO
DROP INDEX order_lines_sku ON order_lines;
-- Serves a storefront's list filtered by SKU, in one status or merged over all.
CREATE INDEX order_lines_sku ON order_lines (storefront_id, sku_id, order_status, order_id) WITH (DATA_COMPRESSION = ROW);

-- Serves the search for what a person was given, and the erasure of it. Only lines that name somebody have an entry.
CREATE INDEX order_lines_recipient ON order_lines (storefront_id, recipient_hash, order_id) WHERE recipient_hash IS NOT NULL WITH (DATA_COMPRESSION = ROW);
-- Serves the same by the buyer's reference.
CREATE INDEX orders_buyer ON orders (storefront_id, buyer_reference_hash) WHERE buyer_reference_hash IS NOT NULL WITH (DATA_COMPRESSION = ROW);

-- Serve a storefront's account: what moved on its side of the ledger (1 receivable, 2 deposit), by currency, newest first.
CREATE INDEX transfers_of_debtor ON transfers (debit_subject, currency) INCLUDE (debit_account) WHERE debit_account IN (1, 2) WITH (DATA_COMPRESSION = ROW);
CREATE INDEX transfers_of_creditor ON transfers (credit_subject, currency) INCLUDE (credit_account) WHERE credit_account IN (1, 2) WITH (DATA_COMPRESSION = ROW);

ALTER TABLE skus ADD left_shelf_at BIGINT NULL;

ALTER TABLE audit_entries ADD key_id BIGINT NULL;
GO
-- Serve the audit by person, by key and by what was done, newest first.
CREATE INDEX audit_entries_actor ON audit_entries (actor) WITH (DATA_COMPRESSION = ROW);
CREATE INDEX audit_entries_actor_action ON audit_entries (actor, action) WITH (DATA_COMPRESSION = ROW);
CREATE INDEX audit_entries_key ON audit_entries (key_id) WHERE key_id IS NOT NULL WITH (DATA_COMPRESSION = ROW);
CREATE INDEX audit_entries_key_action ON audit_entries (key_id, action) WHERE key_id IS NOT NULL WITH (DATA_COMPRESSION = ROW);
CREATE INDEX audit_entries_action ON audit_entries (action) WITH (DATA_COMPRESSION = ROW);

CREATE TABLE reveal_hours (
    hour    BIGINT NOT NULL,
    actor   NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    key_id  BIGINT NOT NULL,
    reveals BIGINT NOT NULL,
    codes   BIGINT NOT NULL,
    alerted BIGINT NOT NULL CONSTRAINT reveal_hours_alerted DEFAULT 0,
    CONSTRAINT reveal_hours_pk PRIMARY KEY CLUSTERED (hour, actor, key_id) WITH (DATA_COMPRESSION = ROW)
);
-- Serves the pattern that a key's hour is held against.
CREATE INDEX reveal_hours_key ON reveal_hours (actor, key_id, hour) WITH (DATA_COMPRESSION = ROW);

CREATE TABLE alerts (
    id              BIGINT NOT NULL,
    kind            BIGINT NOT NULL,
    severity        BIGINT NOT NULL,
    status          BIGINT NOT NULL,
    subject         NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    dedup_key       NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    cause           NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    count           BIGINT NOT NULL,
    last_at         BIGINT NOT NULL,
    acknowledged_at BIGINT NULL,
    acknowledged_by NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    resolved_at     BIGINT NULL,
    resolved_by     NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT alerts_pk PRIMARY KEY CLUSTERED (id)
);
-- Decides that one cause has one alert until it is resolved.
CREATE UNIQUE INDEX alerts_unresolved ON alerts (dedup_key) INCLUDE (status) WHERE status <> 20;
-- Serve the list by status and kind, newest first.
CREATE INDEX alerts_status ON alerts (status);
CREATE INDEX alerts_kind ON alerts (kind);
CREATE INDEX alerts_kind_status ON alerts (kind, status);

CREATE TABLE retention_later (
    order_id BIGINT NOT NULL,
    CONSTRAINT retention_later_pk PRIMARY KEY CLUSTERED (order_id)
);
