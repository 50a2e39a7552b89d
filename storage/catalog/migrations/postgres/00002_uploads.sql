-- Files on their way in, piece by piece. The bytes lie on the disk of the node that began the upload.

-- +goose Up
CREATE TABLE uploads (
	id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	actor      TEXT COLLATE "C" NOT NULL,
	node       TEXT COLLATE "C" NOT NULL,
	size       BIGINT NOT NULL, -- of the whole file
	metadata   BYTEA NOT NULL, -- JSON, for the end
	document   TEXT COLLATE "C" NOT NULL, -- what it became
	failure    BYTEA, -- JSON: the refusal the end was answered with
	created_at TEXT COLLATE "C" NOT NULL,
	expires_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX uploads_open    ON uploads (actor) WHERE document = '' AND failure IS NULL;
CREATE INDEX uploads_expires ON uploads (expires_at, id);
