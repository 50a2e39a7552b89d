-- What a paper waits for: the stage it is in, until when, whose work it is, and how it is checked. Papers nobody waits for any
-- more have '' in due_at, assignee, unit and check_at, so that the indexes below hold open work only.

-- +goose Up
ALTER TABLE documents ADD COLUMN stage    TEXT NOT NULL DEFAULT ''; -- the state due_at was reckoned for
ALTER TABLE documents ADD COLUMN due_at   TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN unit     TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN check_at TEXT NOT NULL DEFAULT ''; -- the neighbouring unit that checks, while it is to be checked
ALTER TABLE documents ADD COLUMN work     TEXT NOT NULL DEFAULT ''; -- JSON: the policy it is checked by, whose hands were on it

-- What was under way before there were deadlines has none, and is nobody's own: archive.Document.Unplanned says the same of what the
-- store keeps of it.
UPDATE documents SET stage = state, unit = custodian, due_at = '9999-12-31T00:00:00.000000Z'
	WHERE state IN ('review', 'returned', 'checking', 'quarantined') OR state = 'accepted' AND kind = 'result';

CREATE INDEX documents_assignee ON documents (assignee, due_at, id)  WHERE assignee <> '';
CREATE INDEX documents_unit     ON documents (unit, due_at, id)      WHERE unit <> '';
CREATE INDEX documents_check    ON documents (check_at, due_at, id)  WHERE check_at <> '';
CREATE INDEX documents_due      ON documents (due_at, id)            WHERE due_at <> '';
CREATE INDEX documents_open     ON documents (custodian, due_at, id) WHERE due_at <> '';

-- How papers are checked and how long each stage may take: JSON, '' for what the agency above says.
ALTER TABLE agencies ADD COLUMN rules TEXT NOT NULL DEFAULT '';

-- What people say to each other about a paper. Nothing is changed afterwards; what was taken back keeps its row.
CREATE TABLE comments (
	id           TEXT NOT NULL PRIMARY KEY,
	document     TEXT NOT NULL,
	at           TEXT NOT NULL,
	author       TEXT NOT NULL,
	author_name  TEXT NOT NULL,
	body         TEXT NOT NULL,
	mention      TEXT NOT NULL, -- account
	mention_name TEXT NOT NULL,
	retracted_at TEXT NOT NULL,
	retracted_by TEXT NOT NULL,
	why          TEXT NOT NULL
) STRICT;
CREATE INDEX comments_document ON comments (document, at, id);
CREATE INDEX comments_mention  ON comments (mention, document) WHERE mention <> '' AND retracted_at = '';

-- One act on many papers, which goes on when whoever asked for it has left.
CREATE TABLE batches (
	id          TEXT    NOT NULL PRIMARY KEY,
	actor       TEXT    NOT NULL,
	actor_name  TEXT    NOT NULL,
	address     TEXT    NOT NULL,
	request     TEXT    NOT NULL,
	act         TEXT    NOT NULL,
	args        TEXT    NOT NULL, -- JSON
	state       TEXT    NOT NULL CHECK (state IN ('asked', 'running', 'done', 'stopped')),
	undoes      TEXT    NOT NULL, -- the batch it takes back
	created_at  TEXT    NOT NULL,
	started_at  TEXT    NOT NULL,
	finished_at TEXT    NOT NULL
) STRICT;
CREATE INDEX batches_actor   ON batches (actor, created_at, id);
CREATE INDEX batches_created ON batches (created_at);

CREATE TABLE batch_papers (
	batch    TEXT    NOT NULL,
	place    INTEGER NOT NULL,
	document TEXT    NOT NULL,
	state    TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
	left_at  INTEGER NOT NULL, -- the revision the act left, 0 when it raises none
	before   TEXT    NOT NULL, -- JSON: what it was before, to take the act back
	code     TEXT    NOT NULL, -- why it was refused, like the next one
	message  TEXT    NOT NULL, -- JSON
	at       TEXT    NOT NULL,
	PRIMARY KEY (batch, place)
) STRICT;
CREATE INDEX batch_papers_state ON batch_papers (batch, state, place);
