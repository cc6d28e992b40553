CREATE TABLE order_flow (
    bucket        BIGINT NOT NULL,
    storefront_id BIGINT NOT NULL,
    sku_id        BIGINT NOT NULL,
    orders        BIGINT NOT NULL,
    failed        BIGINT NOT NULL,
    CONSTRAINT order_flow_pk PRIMARY KEY CLUSTERED (bucket, storefront_id, sku_id) WITH (DATA_COMPRESSION = ROW)
);
