-- Who comes in, and how: one-time passwords that end, second factors, one-time secrets of the door, identities of a provider,
-- sessions that can be named in a list, tokens that live on somebody's rights. Sessions of before have no name: they end.

-- +goose Up
ALTER TABLE accounts ADD COLUMN password_until TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN notice         TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN issuer         TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN subject        TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN managed        BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX accounts_identity ON accounts (issuer, subject) WHERE issuer <> '';

DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN id        TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN method    TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proved_at TEXT COLLATE "C" NOT NULL DEFAULT '';

ALTER TABLE tokens ADD COLUMN owner TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE tokens SET owner = created_by WHERE created_by IN (SELECT id FROM accounts);

CREATE TABLE second_factors (
	account    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	secret     BYTEA NOT NULL, -- sealed
	salt       BYTEA NOT NULL, -- of the recovery codes
	step       BIGINT NOT NULL, -- the last time step a code of which was used
	confirmed  BIGINT NOT NULL,
	created_at TEXT COLLATE "C" NOT NULL
);

CREATE TABLE recovery_codes (
	account TEXT COLLATE "C" NOT NULL,
	hash    BYTEA NOT NULL,
	PRIMARY KEY (account, hash)
);

CREATE TABLE passes (
	hash       BYTEA NOT NULL PRIMARY KEY,
	kind       TEXT COLLATE "C" NOT NULL,
	account    TEXT COLLATE "C" NOT NULL,
	data       TEXT COLLATE "C" NOT NULL,
	tries      BIGINT NOT NULL,
	created_at TEXT COLLATE "C" NOT NULL,
	expires_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX passes_account ON passes (account, kind);
CREATE INDEX passes_expires ON passes (expires_at);
