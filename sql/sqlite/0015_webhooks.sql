-- Webhooks to storefronts: who wants them, and what became of each.

-- A unit's event says which unit; one that is not about an order says everything in `data`, JSON. Storefront 0 means every storefront.
ALTER TABLE outbox ADD COLUMN unit_id INTEGER NULL;
ALTER TABLE outbox ADD COLUMN data TEXT NULL;
-- 1 until its deliveries are written. Events from before this release have none: nobody could ask for them.
ALTER TABLE outbox ADD COLUMN waiting INTEGER NULL;
-- Serves whoever writes the deliveries. Ids are not in the order of commits, so no cursor would find every event.
CREATE UNIQUE INDEX outbox_waiting ON outbox (id) WHERE waiting = 1;

-- The storefront is told when what it may spend falls below this; null: never. Who is below it, and was told so.
ALTER TABLE storefronts ADD COLUMN low_balance INTEGER NULL;
CREATE TABLE low_wallets (
    storefront_id INTEGER NOT NULL,
    currency      TEXT    NOT NULL,
    since         INTEGER NOT NULL,
    PRIMARY KEY (storefront_id, currency)
) WITHOUT ROWID;

CREATE TABLE webhook_endpoints (
    id              INTEGER NOT NULL PRIMARY KEY,
    storefront_id   INTEGER NOT NULL,
    url             TEXT    NOT NULL,
    types           TEXT    NULL,      -- JSON array of event numbers; null: all
    state           INTEGER NOT NULL,
    paused_at       INTEGER NULL,      -- until it works again
    pause_reason    INTEGER NULL,
    resumed_at      INTEGER NULL,      -- the three days of what waited count from here
    last_success_at INTEGER NULL,      -- to the minute
    replay_after    INTEGER NULL,      -- events from here on are still to be queued again
    replay_until    INTEGER NULL
);
-- Serves a storefront's list.
CREATE INDEX webhook_endpoints_storefront ON webhook_endpoints (storefront_id, id);

-- Two are live while one takes the other's place.
CREATE TABLE webhook_secrets (
    id          INTEGER NOT NULL PRIMARY KEY,
    endpoint_id INTEGER NOT NULL,
    secret      BLOB    NOT NULL,      -- encrypted for the row's id
    ends_at     INTEGER NULL
);
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id, id);

CREATE TABLE webhook_deliveries (
    endpoint_id INTEGER NOT NULL,
    event_id    INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    due_at      INTEGER NULL,          -- also the lease: who sends moves it ahead
    queued_at   INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    answered_at INTEGER NULL,
    status      INTEGER NULL,          -- HTTP; null: no answer came
    fault       TEXT    NULL,          -- why none came
    answer      TEXT    NULL,          -- its beginning
    PRIMARY KEY (endpoint_id, event_id)
) WITHOUT ROWID;
-- Serves the sending, endpoint by endpoint, so that one with many due keeps no other's from being found. State 10 waits.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE state = 10;
