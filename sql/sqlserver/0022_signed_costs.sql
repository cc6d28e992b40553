-- The sign of a cost that differs (kind 5) says which way; what was reported without it gets it. The text names both costs, and the currency at its end.
UPDATE discrepancies SET amount = -amount
WHERE kind = 5 AND status < 20 AND amount > 0 AND detail LIKE N'charged % instead of %'
  AND TRY_CAST(SUBSTRING(detail, 9, CHARINDEX(N' instead of ', detail) - 9) AS DECIMAL(19, 4))
    < TRY_CAST(SUBSTRING(detail, CHARINDEX(N' instead of ', detail) + 12, LEN(detail) - CHARINDEX(N' instead of ', detail) - 15) AS DECIMAL(19, 4));
