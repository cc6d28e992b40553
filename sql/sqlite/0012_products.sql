-- What suppliers sell, and how the catalogue follows it.

-- A supplier's list of products, as it last told it.
CREATE TABLE supplier_products (
    id           INTEGER NOT NULL PRIMARY KEY,
    supplier_id  INTEGER NOT NULL,
    supplier_sku TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    cost         INTEGER NULL,      -- null: the supplier does not say
    currency     TEXT    NOT NULL,
    face_value   INTEGER NULL,
    on_shelf     INTEGER NOT NULL,  -- 0 also when the last list did not have it any more
    listed       INTEGER NOT NULL,  -- whether the last list had it
    seen_at      INTEGER NOT NULL   -- when a list had it last
);
-- Decides that a product is there once, and finds it.
CREATE UNIQUE INDEX supplier_products_sku ON supplier_products (supplier_id, supplier_sku);
-- Serves a supplier's list, newest first.
CREATE INDEX supplier_products_newest ON supplier_products (supplier_id, id);
-- Serves the question which routes of any supplier are off.
CREATE INDEX supplier_products_off ON supplier_products (supplier_id, supplier_sku) WHERE on_shelf = 0;

-- JSON: how prices follow a supplier's costs. No row: they do not.
CREATE TABLE supplier_mark_ups (
    supplier_id INTEGER NOT NULL PRIMARY KEY,
    rules       TEXT    NOT NULL
);

-- 0 the synchronisation has nothing to do with whether it is on the shelf, 1 it took it off, 2 an operator put it back meanwhile.
ALTER TABLE skus ADD COLUMN synced_shelf INTEGER NOT NULL DEFAULT 0;
