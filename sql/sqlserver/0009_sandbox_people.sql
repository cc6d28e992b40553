ALTER TABLE sandbox_lines ADD storefront_id BIGINT NOT NULL CONSTRAINT sandbox_lines_storefront_id DEFAULT 0;
GO
DROP INDEX sandbox_lines_recipient ON sandbox_lines;
-- Serves the look-up and the erasure of a recipient; the order's id follows, as part of the clustered key.
CREATE INDEX sandbox_lines_person ON sandbox_lines (storefront_id, recipient_hash) WHERE recipient_hash IS NOT NULL;
-- Serves the look-up and the erasure of a buyer.
CREATE INDEX sandbox_orders_buyer ON sandbox_orders (storefront_id, buyer_reference_hash) WHERE buyer_reference_hash IS NOT NULL;

CREATE TABLE sandbox_reveals (
    order_id    BIGINT NOT NULL,
    unit_id     BIGINT NOT NULL,
    revealed_at BIGINT NOT NULL,
    CONSTRAINT sandbox_reveals_pk PRIMARY KEY CLUSTERED (order_id, unit_id)
);

CREATE TABLE sandbox_cases (
    id              BIGINT NOT NULL,
    storefront_id   BIGINT NOT NULL,
    order_id        BIGINT NOT NULL,
    idempotency_key NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    request_hash    VARBINARY(32) NOT NULL,
    kind            BIGINT NOT NULL,
    verdict         BIGINT NOT NULL,
    reason          NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NOT NULL,
    units           NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT sandbox_cases_pk PRIMARY KEY CLUSTERED (id)
);
-- Decides between two requests with one idempotency key.
CREATE UNIQUE INDEX sandbox_cases_request ON sandbox_cases (storefront_id, idempotency_key);
-- Serves a storefront's list, newest first.
CREATE INDEX sandbox_cases_storefront ON sandbox_cases (storefront_id, id);
-- Serves the cases that an order is shown with, and their deletion with it.
CREATE INDEX sandbox_cases_order ON sandbox_cases (order_id, id);
