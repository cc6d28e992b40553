ALTER TABLE units ADD revealed_at BIGINT NULL;

ALTER TABLE skus ADD after_sales NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL
    CONSTRAINT skus_after_sales DEFAULT N'{"automaticPerDay":0,"onlyUnrevealed":false,"coolingOffDays":null}';

CREATE TABLE after_sales_cases (
    id              BIGINT NOT NULL,
    storefront_id   BIGINT NOT NULL,
    order_id        BIGINT NOT NULL,
    kind            BIGINT NOT NULL,
    status          BIGINT NOT NULL,
    reason          NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NOT NULL,
    requested_by    NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    decided_at      BIGINT NULL,
    decided_by      NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    decision_reason NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT after_sales_cases_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Serves a storefront's list, newest first.
CREATE INDEX after_sales_cases_storefront ON after_sales_cases (storefront_id, id);
-- Serves the cases of an order.
CREATE INDEX after_sales_cases_order ON after_sales_cases (order_id, id);
-- Serves the operators' list of what waits for them. Status 10 is pending.
CREATE INDEX after_sales_cases_pending ON after_sales_cases (id) INCLUDE (status) WHERE status = 10;

CREATE TABLE after_sales_units (
    case_id       BIGINT NOT NULL,
    unit_id       BIGINT NOT NULL,
    storefront_id BIGINT NOT NULL,
    sku_id        BIGINT NOT NULL,
    counts        BIGINT NOT NULL,
    automatic_day BIGINT NULL,
    new_unit_id   BIGINT NULL,
    refunded      BIGINT NULL,
    CONSTRAINT after_sales_units_pk PRIMARY KEY CLUSTERED (case_id, unit_id) WITH (DATA_COMPRESSION = ROW)
);
-- Decides that a unit is in at most one case that is pending or done, and finds the cases of an order's units.
CREATE UNIQUE INDEX after_sales_units_once ON after_sales_units (unit_id) INCLUDE (counts) WHERE counts = 1;
-- Serves the count of what a storefront's allowance of a SKU has let through on a day.
CREATE INDEX after_sales_units_automatic ON after_sales_units (storefront_id, sku_id, automatic_day) WHERE automatic_day IS NOT NULL;
-- Serves the look-up of a replacement's order by its own id.
CREATE UNIQUE INDEX after_sales_units_new ON after_sales_units (new_unit_id) WHERE new_unit_id IS NOT NULL;

CREATE TABLE card_key_flags (
    card_key_id BIGINT NOT NULL,
    flag        BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    case_id     BIGINT NULL,
    actor       NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reason      NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT card_key_flags_pk PRIMARY KEY CLUSTERED (card_key_id, flag) WITH (DATA_COMPRESSION = ROW)
);
-- Serves the list of bad cards, newest first.
CREATE UNIQUE INDEX card_key_flags_list ON card_key_flags (flag, id);
