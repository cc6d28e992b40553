-- 1 while the alert keeps its cause from opening another: it is not resolved, or a person has resolved it and its cause has not gone since.
ALTER TABLE alerts ADD stands BIGINT NOT NULL CONSTRAINT alerts_stands DEFAULT 1;
-- The cause in Chinese; null: it was raised before causes had both languages.
ALTER TABLE alerts ADD cause_zh NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NULL;
GO
UPDATE alerts SET stands = 0 WHERE status = 20;

-- Decides that one cause has one alert.
DROP INDEX alerts_unresolved ON alerts;
CREATE UNIQUE INDEX alerts_standing ON alerts (dedup_key) INCLUDE (stands) WHERE stands = 1;
-- Serves those who raise a kind: they look at all of it that stands, again and again.
CREATE INDEX alerts_standing_kind ON alerts (kind) INCLUDE (stands) WHERE stands = 1;
