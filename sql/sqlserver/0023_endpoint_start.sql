ALTER TABLE webhook_endpoints ADD late_after BIGINT NULL;
