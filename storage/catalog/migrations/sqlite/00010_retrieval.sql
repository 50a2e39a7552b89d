-- Receipts and what citizens do with them. Codes and secrets are kept as hashes only.

-- +goose Up
CREATE TABLE receipts (
	dossier   TEXT    NOT NULL PRIMARY KEY,
	number    INTEGER NOT NULL,
	mac       BLOB    NOT NULL,
	issued_at TEXT    NOT NULL,
	issued_by TEXT    NOT NULL
) STRICT;

CREATE TABLE grants (
	hash       BLOB    NOT NULL PRIMARY KEY,
	dossier    TEXT    NOT NULL,
	receipt    INTEGER NOT NULL,
	address    TEXT    NOT NULL,
	created_at TEXT    NOT NULL,
	expires_at TEXT    NOT NULL
) STRICT;
CREATE INDEX grants_dossier ON grants (dossier, created_at);
CREATE INDEX grants_expires ON grants (expires_at);

-- How far wrong look-ups have run into the limits.
CREATE TABLE tries (
	place TEXT NOT NULL PRIMARY KEY,
	due   TEXT NOT NULL
) STRICT;
CREATE INDEX tries_due ON tries (due);

-- Wrong look-ups of hours that are not in the trail yet.
CREATE TABLE misses (
	hour    TEXT    NOT NULL,
	address TEXT    NOT NULL,
	count   INTEGER NOT NULL,
	PRIMARY KEY (hour, address)
) STRICT;

CREATE TABLE opinions (
	dossier     TEXT    NOT NULL PRIMARY KEY,
	custodian   TEXT    NOT NULL,
	month       TEXT    NOT NULL, -- its first day, of the first answer
	scale       INTEGER NOT NULL,
	comment     TEXT    NOT NULL,
	given_grant BLOB    NOT NULL,
	at          TEXT    NOT NULL
) STRICT;
CREATE INDEX opinions_month   ON opinions (month, custodian, scale);
CREATE INDEX opinions_comment ON opinions (at) WHERE comment <> '';

CREATE INDEX events_citizen ON events (dossier, position) WHERE actor_role = 'citizen';
