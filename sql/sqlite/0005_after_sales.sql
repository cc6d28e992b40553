-- When the unit's code was first shown to its storefront; null: never. Of what was delivered before this column nobody knows, so it counts as shown.
ALTER TABLE units ADD COLUMN revealed_at INTEGER NULL;
UPDATE units SET revealed_at = delivered_at WHERE delivered_at IS NOT NULL;

-- JSON: what a storefront's after-sales on this SKU may do without an operator, and whether at all.
ALTER TABLE skus ADD COLUMN after_sales TEXT NOT NULL DEFAULT '{"automaticPerDay":0,"onlyUnrevealed":false,"coolingOffDays":null}';

-- A replacement or refund of units of one order: asked for by a storefront, or by an operator for a buyer. The idempotency key stands in idempotency_keys.
CREATE TABLE after_sales_cases (
    id              INTEGER NOT NULL PRIMARY KEY,
    storefront_id   INTEGER NOT NULL,
    order_id        INTEGER NOT NULL,
    kind            INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    reason          TEXT    NOT NULL,
    requested_by    TEXT    NOT NULL,  -- the owner of the API key; another person approves
    decided_at      INTEGER NULL,
    decided_by      TEXT    NULL,      -- null in a decided case: the rules let it through
    decision_reason TEXT    NULL
);
-- Serves a storefront's list, newest first.
CREATE INDEX after_sales_cases_storefront ON after_sales_cases (storefront_id, id);
-- Serves the cases of an order.
CREATE INDEX after_sales_cases_order ON after_sales_cases (order_id, id);
-- Serves the operators' list of what waits for them. Status 10 is pending.
CREATE INDEX after_sales_cases_pending ON after_sales_cases (id) WHERE status = 10;

CREATE TABLE after_sales_units (
    case_id       INTEGER NOT NULL,
    unit_id       INTEGER NOT NULL,
    storefront_id INTEGER NOT NULL,
    sku_id        INTEGER NOT NULL,
    counts        INTEGER NOT NULL,  -- 1 while the case is pending or done, 0 once it is rejected
    automatic_day INTEGER NULL,      -- the business day whose allowance of the SKU let this shown unit through; null: none was needed, or an operator decided
    new_unit_id   INTEGER NULL,      -- the unit that took its place
    refunded      INTEGER NULL,      -- the money that went back
    PRIMARY KEY (case_id, unit_id)
) WITHOUT ROWID;
-- Decides that a unit is in at most one case that is pending or done, and finds the cases of an order's units.
CREATE UNIQUE INDEX after_sales_units_once ON after_sales_units (unit_id) WHERE counts = 1;
-- Serves the count of what a storefront's allowance of a SKU has let through on a day.
CREATE INDEX after_sales_units_automatic ON after_sales_units (storefront_id, sku_id, automatic_day) WHERE automatic_day IS NOT NULL;
-- Serves the look-up of a replacement's order by its own id.
CREATE UNIQUE INDEX after_sales_units_new ON after_sales_units (new_unit_id) WHERE new_unit_id IS NOT NULL;

-- What is to be known of the few card keys that came back. They stay delivered: that state is final, so none is ever sold again.
CREATE TABLE card_key_flags (
    card_key_id INTEGER NOT NULL,
    flag        INTEGER NOT NULL,  -- 1 withdrawn, 2 bad card
    id          INTEGER NOT NULL,  -- carries the time
    case_id     INTEGER NULL,
    actor       TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    PRIMARY KEY (card_key_id, flag)
) WITHOUT ROWID;
-- Serves the list of bad cards, newest first.
CREATE UNIQUE INDEX card_key_flags_list ON card_key_flags (flag, id);
