-- As on SQLite, where a list of more than two values in a filter costs more than the rest of the row.

-- Decides promise 4: a unit has one open attempt. Below 20 it is open.
DROP INDEX attempts_open ON attempts;
CREATE UNIQUE INDEX attempts_open ON attempts (unit_id) INCLUDE (state) WHERE state < 20;

-- Serves the operators' lists of units in one state, newest first: 10 pending, 12 processing, 13 manual, 14 unknown, 21 failed. Delivered ones are in none.
DROP INDEX units_unfinished ON units;
CREATE INDEX units_unfinished ON units (state, order_id, id) WHERE state <> 20 AND state < 22;
