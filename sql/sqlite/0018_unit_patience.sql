-- When a person last let the unit go on (a release, another try, an unknown that was settled): its patience with suppliers out of reach counts from then.
-- Null: from its order.
ALTER TABLE units ADD COLUMN waits_since INTEGER NULL;
