-- The sandbox's people, after-sales and shown codes. Nothing here touches what is real either.

-- So that a person's lines are found without walking through other storefronts' lines: the recipients that choose outcomes are everybody's.
ALTER TABLE sandbox_lines ADD COLUMN storefront_id INTEGER NOT NULL DEFAULT 0;
UPDATE sandbox_lines SET storefront_id = (SELECT o.storefront_id FROM sandbox_orders AS o WHERE o.id = sandbox_lines.order_id);
DROP INDEX sandbox_lines_recipient;
-- Serves the look-up and the erasure of a recipient; the order's id follows, as part of the key.
CREATE INDEX sandbox_lines_person ON sandbox_lines (storefront_id, recipient_hash) WHERE recipient_hash IS NOT NULL;
-- Serves the look-up and the erasure of a buyer.
CREATE INDEX sandbox_orders_buyer ON sandbox_orders (storefront_id, buyer_reference_hash) WHERE buyer_reference_hash IS NOT NULL;

-- When the code of a unit was first shown, which decides whether after-sales wait.
CREATE TABLE sandbox_reveals (
    order_id    INTEGER NOT NULL,
    unit_id     INTEGER NOT NULL,
    revealed_at INTEGER NOT NULL,
    PRIMARY KEY (order_id, unit_id)
) WITHOUT ROWID;

-- After-sales cases. Where one stands is worked out from its verdict and the time that has passed since.
CREATE TABLE sandbox_cases (
    id              INTEGER NOT NULL PRIMARY KEY,
    storefront_id   INTEGER NOT NULL,
    order_id        INTEGER NOT NULL,
    idempotency_key TEXT    NOT NULL,
    request_hash    BLOB    NOT NULL,
    kind            INTEGER NOT NULL,  -- AfterSalesKind
    verdict         INTEGER NOT NULL,  -- SandboxVerdict: 1 done at once, 2 approved after a wait, 3 rejected after a wait
    reason          TEXT    NOT NULL,
    units           TEXT    NOT NULL   -- JSON array: the units and what each gets
);
-- Decides between two requests with one idempotency key.
CREATE UNIQUE INDEX sandbox_cases_request ON sandbox_cases (storefront_id, idempotency_key);
-- Serves a storefront's list, newest first.
CREATE INDEX sandbox_cases_storefront ON sandbox_cases (storefront_id, id);
-- Serves the cases that an order is shown with, and their deletion with it.
CREATE INDEX sandbox_cases_order ON sandbox_cases (order_id, id);
