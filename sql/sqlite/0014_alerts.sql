-- What an alert is about beyond its cause, and how it got on.
ALTER TABLE alerts ADD COLUMN at_stake INTEGER NULL;              -- money that may be lost
ALTER TABLE alerts ADD COLUMN at_stake_currency TEXT NULL;
ALTER TABLE alerts ADD COLUMN group_key TEXT NULL;                -- alerts with the same one are told in one message
ALTER TABLE alerts ADD COLUMN link TEXT NULL;
ALTER TABLE alerts ADD COLUMN severe_at INTEGER NULL;             -- when it became as bad as it is; null: it was opened so
ALTER TABLE alerts ADD COLUMN escalated_at INTEGER NULL;
ALTER TABLE alerts ADD COLUMN acknowledged_note TEXT NULL;
ALTER TABLE alerts ADD COLUMN resolved_note TEXT NULL;
-- Serves the list by group, newest first, and the question whether an outage is over.
CREATE INDEX alerts_group ON alerts (group_key) WHERE group_key IS NOT NULL;

-- What became of alerts and has not been addressed to channels yet; written in the transaction that makes it so.
-- Event: 1 opened, 2 worsened, 3 escalated, 4 resolved.
CREATE TABLE alert_events (
    alert_id INTEGER NOT NULL,
    event    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (alert_id, event)
) WITHOUT ROWID;

-- An event that a channel is to tell, or has told. State: 10 waits, 20 sent, 21 left out because it was over by then, 22 given up.
CREATE TABLE alert_notifications (
    id         INTEGER NOT NULL PRIMARY KEY,  -- carries the time
    channel    TEXT    NOT NULL,
    alert_id   INTEGER NOT NULL,
    event      INTEGER NOT NULL,
    severity   INTEGER NOT NULL,              -- the alert's at the event
    group_key  TEXT    NOT NULL,              -- what is sent in one message
    state      INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    held       INTEGER NOT NULL,              -- whether quiet hours have put it off
    attempts   INTEGER NOT NULL,
    ended_at   INTEGER NULL,                  -- when it left state 10
    last_error TEXT    NULL
);
-- Serves the sender of a channel: what is due, and what else of a group waits.
CREATE INDEX alert_notifications_due ON alert_notifications (channel, due_at) WHERE state = 10;
-- Serves the questions what a channel has told of an alert, and of a group.
CREATE INDEX alert_notifications_alert ON alert_notifications (alert_id, channel);
CREATE INDEX alert_notifications_group ON alert_notifications (group_key, channel, ended_at);
-- Serves the deletion of what is old.
CREATE INDEX alert_notifications_ended ON alert_notifications (ended_at) WHERE ended_at IS NOT NULL;

-- How each channel gets on. The lease lets one node send at a time, so that a channel's limits hold for all of them.
CREATE TABLE alert_channels (
    name        TEXT    NOT NULL PRIMARY KEY,
    lease_until INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,   -- nothing is sent before
    failures    INTEGER NOT NULL,   -- since the last success
    sent_at     INTEGER NULL,
    failed_at   INTEGER NULL,
    last_error  TEXT    NULL,
    given_up    INTEGER NOT NULL    -- notifications, ever
) WITHOUT ROWID;
