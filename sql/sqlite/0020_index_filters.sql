-- A list of more than two values in an index's filter is made into a table anew for every row that is written: half of what it cost to write a unit.

-- Decides promise 4: a unit has one open attempt. Below 20 it is open.
DROP INDEX attempts_open;
CREATE UNIQUE INDEX attempts_open ON attempts (unit_id) WHERE state < 20;

-- Serves the operators' lists of units in one state, newest first: 10 pending, 12 processing, 13 manual, 14 unknown, 21 failed. Delivered ones are in none.
DROP INDEX units_unfinished;
CREATE INDEX units_unfinished ON units (state, order_id, id) WHERE state <> 20 AND state < 22;
