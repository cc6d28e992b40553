-- What was not queued for a new endpoint is looked for from here on, when its first seconds are over; null: it was.
ALTER TABLE webhook_endpoints ADD COLUMN late_after INTEGER NULL;
