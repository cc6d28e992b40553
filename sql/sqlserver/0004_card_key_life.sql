-- Serves the pool's refill, the claim from the table and expiry, first expired first out, and passes a batch that does not sell in one seek. State 10 is available.
DROP INDEX card_keys_fefo ON card_keys;
CREATE INDEX card_keys_fefo ON card_keys (sku_id, expires_on, batch_id, id) INCLUDE (state) WHERE state = 10 WITH (DATA_COMPRESSION = ROW);

-- Serves the expiry of keys that were frozen one by one. State 12 is frozen.
CREATE INDEX card_keys_frozen ON card_keys (expires_on, id) INCLUDE (state) WHERE state = 12 WITH (DATA_COMPRESSION = ROW);

-- Serves the look for batches whose unsold keys have to be voided: rejected (21) or recalled (22).
CREATE INDEX batches_withdrawn ON batches (id) INCLUDE (status) WHERE status IN (21, 22);
