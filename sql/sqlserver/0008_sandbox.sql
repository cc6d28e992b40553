ALTER TABLE api_keys ADD mode BIGINT NOT NULL CONSTRAINT api_keys_mode DEFAULT 1;

CREATE TABLE sandbox_orders (
    id                     BIGINT NOT NULL,
    storefront_id          BIGINT NOT NULL,
    client_reference       NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    content_hash           VARBINARY(32) NOT NULL,
    currency               NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    source                 BIGINT NOT NULL,
    buyer_reference_hash   BINARY(16) NULL,
    metadata               NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    cancelled_at           BIGINT NULL,
    client_reference_bytes AS CAST(DATALENGTH(client_reference) AS INT) PERSISTED,
    CONSTRAINT sandbox_orders_pk PRIMARY KEY CLUSTERED (id)
);
-- Decides promise 2 in the sandbox too: a storefront's reference makes one order. With its length, as orders_reference.
CREATE UNIQUE INDEX sandbox_orders_reference ON sandbox_orders (storefront_id, client_reference, client_reference_bytes);
-- Serves a storefront's list, newest first.
CREATE INDEX sandbox_orders_storefront ON sandbox_orders (storefront_id, id);

CREATE TABLE sandbox_lines (
    order_id       BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    sku_id         BIGINT NOT NULL,
    unit_ids       NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    available      BIGINT NOT NULL,
    unit_price     BIGINT NOT NULL,
    outcome        BIGINT NOT NULL,
    recipient      VARBINARY(2000) NULL,
    recipient_hash BINARY(16) NULL,
    metadata       NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT sandbox_lines_pk PRIMARY KEY CLUSTERED (order_id, id)
);
-- Serves the look-up of a person.
CREATE INDEX sandbox_lines_recipient ON sandbox_lines (recipient_hash) WHERE recipient_hash IS NOT NULL;

-- References that differ in spaces at the end count as one here, which only spares the second its refusal.
CREATE TABLE sandbox_refusals (
    storefront_id    BIGINT NOT NULL,
    client_reference NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    refused_at       BIGINT NOT NULL,
    CONSTRAINT sandbox_refusals_pk PRIMARY KEY CLUSTERED (storefront_id, client_reference)
);
-- Serves the deletion of old ones.
CREATE INDEX sandbox_refusals_time ON sandbox_refusals (refused_at);
