-- How a batch was bought, and whether an operator has taken it out of sale. A batch sells while it is not frozen and importing (10) or completed (20).

-- 1: purchased, it is ours from the import on; 2: consigned, what is sold of it is owed to the supplier.
ALTER TABLE batches ADD COLUMN terms INTEGER NOT NULL DEFAULT 1;

-- A fact of the batch and not of its keys, so that a mis-click changes one row and is undone by one.
ALTER TABLE batches ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;
