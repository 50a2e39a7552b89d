-- Files on their way in, piece by piece. The bytes lie on the disk of the node that began the upload.

-- +goose Up
CREATE TABLE uploads (
	id         TEXT NOT NULL PRIMARY KEY,
	actor      TEXT NOT NULL,
	node       TEXT NOT NULL,
	size       INTEGER NOT NULL, -- of the whole file
	metadata   BLOB NOT NULL, -- JSON, for the end
	document   TEXT NOT NULL, -- what it became
	failure    BLOB, -- JSON: the refusal the end was answered with
	created_at TEXT NOT NULL,
	expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX uploads_open    ON uploads (actor) WHERE document = '' AND failure IS NULL;
CREATE INDEX uploads_expires ON uploads (expires_at, id);
