ALTER TABLE outbox ADD unit_id BIGINT NULL;
ALTER TABLE outbox ADD data NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL;
ALTER TABLE outbox ADD waiting BIGINT NULL;
ALTER TABLE storefronts ADD low_balance BIGINT NULL;
GO
-- Serves whoever writes the deliveries. Ids are not in the order of commits, so no cursor would find every event.
CREATE UNIQUE INDEX outbox_waiting ON outbox (id) INCLUDE (waiting) WHERE waiting = 1;

CREATE TABLE low_wallets (
    storefront_id BIGINT NOT NULL,
    currency      NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    since         BIGINT NOT NULL,
    CONSTRAINT low_wallets_pk PRIMARY KEY CLUSTERED (storefront_id, currency)
);

CREATE TABLE webhook_endpoints (
    id              BIGINT NOT NULL,
    storefront_id   BIGINT NOT NULL,
    url             NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    types           NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NULL,
    state           BIGINT NOT NULL,
    paused_at       BIGINT NULL,
    pause_reason    BIGINT NULL,
    resumed_at      BIGINT NULL,
    last_success_at BIGINT NULL,
    replay_after    BIGINT NULL,
    replay_until    BIGINT NULL,
    CONSTRAINT webhook_endpoints_pk PRIMARY KEY CLUSTERED (id)
);
-- Serves a storefront's list.
CREATE INDEX webhook_endpoints_storefront ON webhook_endpoints (storefront_id, id);

CREATE TABLE webhook_secrets (
    id          BIGINT NOT NULL,
    endpoint_id BIGINT NOT NULL,
    secret      VARBINARY(MAX) NOT NULL,
    ends_at     BIGINT NULL,
    CONSTRAINT webhook_secrets_pk PRIMARY KEY CLUSTERED (id)
);
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id, id);

CREATE TABLE webhook_deliveries (
    endpoint_id BIGINT NOT NULL,
    event_id    BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    due_at      BIGINT NULL,
    queued_at   BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    answered_at BIGINT NULL,
    status      BIGINT NULL,
    fault       NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
    answer      NVARCHAR(1024) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT webhook_deliveries_pk PRIMARY KEY CLUSTERED (endpoint_id, event_id) WITH (DATA_COMPRESSION = ROW)
);
-- Serves the sending, endpoint by endpoint, so that one with many due keeps no other's from being found. State 10 waits.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) INCLUDE (state) WHERE state = 10;
ALTER TABLE webhook_deliveries SET (LOCK_ESCALATION = DISABLE);
