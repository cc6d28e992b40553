CREATE TABLE supplier_products (
    id           BIGINT NOT NULL,
    supplier_id  BIGINT NOT NULL,
    supplier_sku NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name         NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    cost         BIGINT NULL,
    currency     NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    face_value   BIGINT NULL,
    on_shelf     BIGINT NOT NULL,
    listed       BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    CONSTRAINT supplier_products_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Decides that a product is there once, and finds it.
CREATE UNIQUE INDEX supplier_products_sku ON supplier_products (supplier_id, supplier_sku);
-- Serves a supplier's list, newest first.
CREATE INDEX supplier_products_newest ON supplier_products (supplier_id, id);
-- Serves the question which routes of any supplier are off.
CREATE INDEX supplier_products_off ON supplier_products (supplier_id, supplier_sku) INCLUDE (on_shelf) WHERE on_shelf = 0;

CREATE TABLE supplier_mark_ups (
    supplier_id BIGINT NOT NULL,
    rules       NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT supplier_mark_ups_pk PRIMARY KEY CLUSTERED (supplier_id)
);

ALTER TABLE skus ADD synced_shelf BIGINT NOT NULL CONSTRAINT skus_synced_shelf DEFAULT 0;
