-- The sign of a cost that differs (kind 5) says which way; what was reported without it gets it. The text names both costs.
UPDATE discrepancies SET amount = -amount
WHERE kind = 5 AND status < 20 AND amount > 0 AND detail LIKE 'charged % instead of %'
  AND CAST(substr(detail, 9, instr(detail, ' instead of ') - 9) AS REAL) < CAST(substr(detail, instr(detail, ' instead of ') + 12) AS REAL);
