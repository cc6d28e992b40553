-- What the life of a card key after its import needs: a batch that does not sell is passed in one step, and due work is found by rows.

-- Serves the pool's refill, the claim from the table and expiry, first expired first out. The keys of a batch that end on one day stand together,
-- so that a million keys of a frozen or recalled batch in front cost one seek and not a walk. State 10 is available.
DROP INDEX card_keys_fefo;
CREATE INDEX card_keys_fefo ON card_keys (sku_id, expires_on, batch_id, id) WHERE state = 10;

-- Serves the expiry of keys that were frozen one by one. State 12 is frozen.
CREATE INDEX card_keys_frozen ON card_keys (expires_on, id) WHERE state = 12;

-- Serves the look for batches whose unsold keys have to be voided: rejected (21) or recalled (22).
CREATE INDEX batches_withdrawn ON batches (id) WHERE status IN (21, 22);
