ALTER TABLE suppliers ADD adapter NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL;
ALTER TABLE suppliers ADD settings VARBINARY(MAX) NULL;
ALTER TABLE suppliers ADD paused BIGINT NOT NULL CONSTRAINT suppliers_paused DEFAULT 0;
ALTER TABLE suppliers ADD settings_changed_at BIGINT NULL;

ALTER TABLE skus ADD supply NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL
    CONSTRAINT skus_supply DEFAULT N'{"order":1,"allowLoss":false,"waitMinutes":15,"approveManual":false}';
ALTER TABLE skus ADD components NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT skus_components DEFAULT N'[]';

ALTER TABLE order_lines ADD unit_count BIGINT NULL;

ALTER TABLE units ADD sku_id BIGINT NULL;
ALTER TABLE units ADD price BIGINT NULL;
ALTER TABLE units ADD by_hand BIGINT NOT NULL CONSTRAINT units_by_hand DEFAULT 0;
-- Serves the workers: what waits for a route (10), and what a supplier is at (12) or may have issued (14). Finished units are in neither.
CREATE INDEX units_pending ON units (due_at) INCLUDE (state) WHERE state = 10;
CREATE INDEX units_submitted ON units (due_at) INCLUDE (state) WHERE state IN (12, 14);

ALTER TABLE holds ADD settled BIGINT NOT NULL CONSTRAINT holds_settled DEFAULT 0;

CREATE TABLE attempts (
    id           BIGINT NOT NULL,
    order_id     BIGINT NOT NULL,
    unit_id      BIGINT NOT NULL,
    supplier_id  BIGINT NOT NULL,
    supplier_sku NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    state        BIGINT NOT NULL,
    unit_cost    BIGINT NOT NULL,
    currency     NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    send_before  BIGINT NOT NULL,
    queried_at   BIGINT NULL,
    queries      BIGINT NOT NULL CONSTRAINT attempts_queries DEFAULT 0,
    receipt      NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    reason       NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    decided_at   BIGINT NULL,
    CONSTRAINT attempts_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Decides promise 4: a unit has one open attempt.
CREATE UNIQUE INDEX attempts_open ON attempts (unit_id) INCLUDE (state) WHERE state IN (10, 11, 12);
-- Serves a unit's history, and with it the routes that are used up.
CREATE INDEX attempts_unit ON attempts (unit_id, id);
-- Serves the money held in unknowns, by supplier and age. State 12 is unknown.
CREATE INDEX attempts_unknown ON attempts (supplier_id, id) INCLUDE (state) WHERE state = 12;

CREATE TABLE supplier_answers (
    attempt_id BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    source     BIGINT NOT NULL,
    status     BIGINT NULL,
    body       VARBINARY(MAX) NOT NULL,
    CONSTRAINT supplier_answers_pk PRIMARY KEY CLUSTERED (attempt_id, id) WITH (DATA_COMPRESSION = ROW)
);

CREATE TABLE stray_callbacks (
    id          BIGINT NOT NULL,
    supplier_id BIGINT NOT NULL,
    reference   NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    body        VARBINARY(MAX) NOT NULL,
    CONSTRAINT stray_callbacks_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Decides how many callbacks with one reference are kept.
CREATE INDEX stray_callbacks_reference ON stray_callbacks (supplier_id, reference);

CREATE TABLE discrepancies (
    id          BIGINT NOT NULL,
    kind        BIGINT NOT NULL,
    status      BIGINT NOT NULL,
    supplier_id BIGINT NOT NULL,
    attempt_id  BIGINT NULL,
    unit_id     BIGINT NULL,
    amount      BIGINT NOT NULL,
    currency    NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    detail      NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    code        VARBINARY(MAX) NULL,
    fingerprint VARBINARY(16) NOT NULL CONSTRAINT discrepancies_fingerprint DEFAULT 0x,
    resolved_at BIGINT NULL,
    resolved_by NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT discrepancies_pk PRIMARY KEY CLUSTERED (id) WITH (DATA_COMPRESSION = ROW)
);
-- Serves the list of what is open. Status 10 is open.
CREATE INDEX discrepancies_open ON discrepancies (id) INCLUDE (status) WHERE status = 10;
-- Decides that a repeated callback reports the same contradiction once, and each code of it.
CREATE UNIQUE INDEX discrepancies_once ON discrepancies (attempt_id, kind, fingerprint) WHERE attempt_id IS NOT NULL;
