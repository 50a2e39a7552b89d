-- Receipts and what citizens do with them. Codes and secrets are kept as hashes only.

-- +goose Up
CREATE TABLE receipts (
	dossier   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	number    BIGINT NOT NULL,
	mac       BYTEA NOT NULL,
	issued_at TEXT COLLATE "C" NOT NULL,
	issued_by TEXT COLLATE "C" NOT NULL
);

CREATE TABLE grants (
	hash       BYTEA NOT NULL PRIMARY KEY,
	dossier    TEXT COLLATE "C" NOT NULL,
	receipt    BIGINT NOT NULL,
	address    TEXT COLLATE "C" NOT NULL,
	created_at TEXT COLLATE "C" NOT NULL,
	expires_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX grants_dossier ON grants (dossier, created_at);
CREATE INDEX grants_expires ON grants (expires_at);

-- How far wrong look-ups have run into the limits.
CREATE TABLE tries (
	place TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	due   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX tries_due ON tries (due);

-- Wrong look-ups of hours that are not in the trail yet.
CREATE TABLE misses (
	hour    TEXT COLLATE "C" NOT NULL,
	address TEXT COLLATE "C" NOT NULL,
	count   BIGINT NOT NULL,
	PRIMARY KEY (hour, address)
);

CREATE TABLE opinions (
	dossier     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	custodian   TEXT COLLATE "C" NOT NULL,
	month       TEXT COLLATE "C" NOT NULL, -- its first day, of the first answer
	scale       BIGINT NOT NULL,
	comment     TEXT COLLATE "C" NOT NULL,
	given_grant BYTEA NOT NULL,
	at          TEXT COLLATE "C" NOT NULL
);
CREATE INDEX opinions_month   ON opinions (month, custodian, scale);
CREATE INDEX opinions_comment ON opinions (at) WHERE comment <> '';

CREATE INDEX events_citizen ON events (dossier, position) WHERE actor_role = 'citizen';
