-- When a person last let the unit go on (a release, another try, an unknown that was settled): its patience with suppliers out of reach counts from then.
-- Null: from its order.
ALTER TABLE units ADD COLUMN waits_since INTEGER NULL;

-- What a supplier took nothing of for the moment: the word has changed, and its route may be tried again as before. State 21 is rejected.
UPDATE attempts SET reason = 'not_now:rate_limited' WHERE state = 21 AND reason = 'rate_limited';
