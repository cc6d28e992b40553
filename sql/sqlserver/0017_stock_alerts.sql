ALTER TABLE skus ADD low_stock_at BIGINT NULL;

-- The card keys of each SKU that were delivered, ever, at the first look of a day: the difference of two tells how fast stock goes.
CREATE TABLE stock_days (
    sku_id    BIGINT NOT NULL,
    day       BIGINT NOT NULL,
    taken_at  BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    CONSTRAINT stock_days_pk PRIMARY KEY CLUSTERED (sku_id, day)
);
