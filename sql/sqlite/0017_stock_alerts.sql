ALTER TABLE skus ADD COLUMN low_stock_at INTEGER NULL;   -- so many codes left are few; null: only days of cover tell

-- The card keys of each SKU that were delivered, ever, at the first look of a day: the difference of two tells how fast stock goes.
CREATE TABLE stock_days (
    sku_id    INTEGER NOT NULL,
    day       INTEGER NOT NULL,   -- in the business zone
    taken_at  INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    PRIMARY KEY (sku_id, day)
) WITHOUT ROWID;
