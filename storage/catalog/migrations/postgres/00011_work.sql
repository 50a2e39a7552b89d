-- What a paper waits for: the stage it is in, until when, whose work it is, and how it is checked. Papers nobody waits for any
-- more have '' in due_at, assignee, unit and check_at, so that the indexes below hold open work only.

-- +goose Up
ALTER TABLE documents ADD COLUMN stage    TEXT COLLATE "C" NOT NULL DEFAULT ''; -- the state due_at was reckoned for
ALTER TABLE documents ADD COLUMN due_at   TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN assignee TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN unit     TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN check_at TEXT COLLATE "C" NOT NULL DEFAULT ''; -- the neighbouring unit that checks, while it is to be checked
ALTER TABLE documents ADD COLUMN work     TEXT COLLATE "C" NOT NULL DEFAULT ''; -- JSON: the policy it is checked by, whose hands were on it

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
ALTER TABLE agencies ADD COLUMN rules TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What people say to each other about a paper. Nothing is changed afterwards; what was taken back keeps its row.
CREATE TABLE comments (
	id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	document     TEXT COLLATE "C" NOT NULL,
	at           TEXT COLLATE "C" NOT NULL,
	author       TEXT COLLATE "C" NOT NULL,
	author_name  TEXT COLLATE "C" NOT NULL,
	body         TEXT COLLATE "C" NOT NULL,
	mention      TEXT COLLATE "C" NOT NULL, -- account
	mention_name TEXT COLLATE "C" NOT NULL,
	retracted_at TEXT COLLATE "C" NOT NULL,
	retracted_by TEXT COLLATE "C" NOT NULL,
	why          TEXT COLLATE "C" NOT NULL
);
CREATE INDEX comments_document ON comments (document, at, id);
CREATE INDEX comments_mention  ON comments (mention, document) WHERE mention <> '' AND retracted_at = '';

-- One act on many papers, which goes on when whoever asked for it has left.
CREATE TABLE batches (
	id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	actor       TEXT COLLATE "C" NOT NULL,
	actor_name  TEXT COLLATE "C" NOT NULL,
	address     TEXT COLLATE "C" NOT NULL,
	request     TEXT COLLATE "C" NOT NULL,
	act         TEXT COLLATE "C" NOT NULL,
	args        TEXT COLLATE "C" NOT NULL, -- JSON
	state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('asked', 'running', 'done', 'stopped')),
	undoes      TEXT COLLATE "C" NOT NULL, -- the batch it takes back
	created_at  TEXT COLLATE "C" NOT NULL,
	started_at  TEXT COLLATE "C" NOT NULL,
	finished_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX batches_actor   ON batches (actor, created_at, id);
CREATE INDEX batches_created ON batches (created_at);

CREATE TABLE batch_papers (
	batch    TEXT COLLATE "C" NOT NULL,
	place    BIGINT NOT NULL,
	document TEXT COLLATE "C" NOT NULL,
	state    TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
	left_at  BIGINT NOT NULL, -- the revision the act left, 0 when it raises none
	before   TEXT COLLATE "C" NOT NULL, -- JSON: what it was before, to take the act back
	code     TEXT COLLATE "C" NOT NULL, -- why it was refused, like the next one
	message  TEXT COLLATE "C" NOT NULL, -- JSON
	at       TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (batch, place)
);
CREATE INDEX batch_papers_state ON batch_papers (batch, state, place);
