-- Orders placed, and those of them that failed, by bucket of five minutes, storefront and SKU: the weeks that the last minutes are held against.
-- Counted from order_lines and units when a bucket is a quarter of an hour old; up to where stands in settings (order_flow_kept).
CREATE TABLE order_flow (
    bucket        INTEGER NOT NULL,  -- ids of a bucket divided by the ids that five minutes have room for
    storefront_id INTEGER NOT NULL,
    sku_id        INTEGER NOT NULL,
    orders        INTEGER NOT NULL,
    failed        INTEGER NOT NULL,
    PRIMARY KEY (bucket, storefront_id, sku_id)
) WITHOUT ROWID;
