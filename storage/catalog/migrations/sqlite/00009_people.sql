-- Who comes in, and how: one-time passwords that end, second factors, one-time secrets of the door, identities of a provider,
-- sessions that can be named in a list, tokens that live on somebody's rights. Sessions of before have no name: they end.

-- +goose Up
ALTER TABLE accounts ADD COLUMN password_until TEXT    NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN notice         TEXT    NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN issuer         TEXT    NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN subject        TEXT    NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN managed        INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX accounts_identity ON accounts (issuer, subject) WHERE issuer <> '';

DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN id        TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN method    TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proved_at TEXT NOT NULL DEFAULT '';

ALTER TABLE tokens ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE tokens SET owner = created_by WHERE created_by IN (SELECT id FROM accounts);

CREATE TABLE second_factors (
	account    TEXT    NOT NULL PRIMARY KEY,
	secret     BLOB    NOT NULL, -- sealed
	salt       BLOB    NOT NULL, -- of the recovery codes
	step       INTEGER NOT NULL, -- the last time step a code of which was used
	confirmed  INTEGER NOT NULL,
	created_at TEXT    NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
	account TEXT NOT NULL,
	hash    BLOB NOT NULL,
	PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE passes (
	hash       BLOB    NOT NULL PRIMARY KEY,
	kind       TEXT    NOT NULL,
	account    TEXT    NOT NULL,
	data       TEXT    NOT NULL,
	tries      INTEGER NOT NULL,
	created_at TEXT    NOT NULL,
	expires_at TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passes_account ON passes (account, kind);
CREATE INDEX passes_expires ON passes (expires_at);
