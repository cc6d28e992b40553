ALTER TABLE alerts ADD at_stake BIGINT NULL;
ALTER TABLE alerts ADD at_stake_currency NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NULL;
ALTER TABLE alerts ADD group_key NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL;
ALTER TABLE alerts ADD link NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL;
ALTER TABLE alerts ADD severe_at BIGINT NULL;
ALTER TABLE alerts ADD escalated_at BIGINT NULL;
ALTER TABLE alerts ADD acknowledged_note NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NULL;
ALTER TABLE alerts ADD resolved_note NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NULL;
GO
-- Serves the list by group, newest first, and the question whether an outage is over.
CREATE INDEX alerts_group ON alerts (group_key) WHERE group_key IS NOT NULL;

CREATE TABLE alert_events (
    alert_id BIGINT NOT NULL,
    event    BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    CONSTRAINT alert_events_pk PRIMARY KEY CLUSTERED (alert_id, event)
);

CREATE TABLE alert_notifications (
    id         BIGINT NOT NULL,
    channel    NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    alert_id   BIGINT NOT NULL,
    event      BIGINT NOT NULL,
    severity   BIGINT NOT NULL,
    group_key  NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    state      BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    held       BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    ended_at   BIGINT NULL,
    last_error NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT alert_notifications_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Serves the sender of a channel: what is due, and what else of a group waits.
CREATE INDEX alert_notifications_due ON alert_notifications (channel, due_at) INCLUDE (state) WHERE state = 10;
-- Serves the questions what a channel has told of an alert, and of a group.
CREATE INDEX alert_notifications_alert ON alert_notifications (alert_id, channel);
CREATE INDEX alert_notifications_group ON alert_notifications (group_key, channel, ended_at);
-- Serves the deletion of what is old.
CREATE INDEX alert_notifications_ended ON alert_notifications (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE alert_channels (
    name        NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    lease_until BIGINT NOT NULL,
    next_at     BIGINT NOT NULL,
    failures    BIGINT NOT NULL,
    sent_at     BIGINT NULL,
    failed_at   BIGINT NULL,
    last_error  NVARCHAR(500) COLLATE Latin1_General_100_BIN2 NULL,
    given_up    BIGINT NOT NULL,
    CONSTRAINT alert_channels_pk PRIMARY KEY CLUSTERED (name)
);
