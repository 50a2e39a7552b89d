-- Conventions of every table: ids are UUIDs as text, times RFC 3339 in UTC with six fractional digits, days ISO, and ''
-- means none, so that text order is time order and no column a list is sorted by is NULL. Truth values are 0 and 1.

-- +goose Up
CREATE TABLE documents (
	id                 TEXT    NOT NULL PRIMARY KEY,
	revision           INTEGER NOT NULL,
	state              TEXT    NOT NULL,
	kind               TEXT    NOT NULL,
	dossier            TEXT    NOT NULL,
	custodian          TEXT    NOT NULL,
	access             TEXT    NOT NULL,
	procedure_code     TEXT    NOT NULL,
	procedure_base     TEXT    NOT NULL, -- the first eight characters, on which procedures are the same
	type               TEXT    NOT NULL,
	number             TEXT    NOT NULL,
	number_key         TEXT    NOT NULL, -- without leading zeros and spaces, folded: what numbers are compared by
	notation           TEXT    NOT NULL,
	notation_key       TEXT    NOT NULL,
	issued_on          TEXT    NOT NULL,
	agency             TEXT    NOT NULL, -- the issuing one
	agency_name        TEXT    NOT NULL,
	agency_key         TEXT    NOT NULL, -- the name folded
	subject            TEXT    NOT NULL,
	signer_name        TEXT    NOT NULL,
	signer_position    TEXT    NOT NULL,
	owner_type         TEXT    NOT NULL,
	owner_id           TEXT    NOT NULL,
	owner_name         TEXT    NOT NULL,
	language           TEXT    NOT NULL,
	findings           TEXT    NOT NULL, -- JSON
	head               INTEGER NOT NULL, -- number of the newest version
	reading_state      TEXT    NOT NULL,
	reading_done       INTEGER NOT NULL,
	reading_total      INTEGER NOT NULL,
	reading_confidence REAL    NOT NULL,
	reading_detail     TEXT    NOT NULL, -- JSON: why it waits or failed, and the proposals
	uploader           TEXT    NOT NULL,
	submitter          TEXT    NOT NULL,
	object             INTEGER NOT NULL, -- OCFL head this row was written with
	reason             TEXT    NOT NULL,
	prior_state        TEXT    NOT NULL,
	created_at         TEXT    NOT NULL,
	updated_at         TEXT    NOT NULL,
	published_at       TEXT    NOT NULL,
	discarded_at       TEXT    NOT NULL
) STRICT;
CREATE INDEX documents_created   ON documents (created_at, id);
CREATE INDEX documents_issued    ON documents (issued_on, id);
CREATE INDEX documents_changed   ON documents (updated_at, id);
CREATE INDEX documents_scope     ON documents (custodian, created_at, id);
CREATE INDEX documents_custodian ON documents (custodian, state, created_at, id, access, uploader); -- counts read nothing else
CREATE INDEX documents_state     ON documents (state, created_at, id);
CREATE INDEX documents_agency    ON documents (agency, created_at, id)         WHERE agency <> '';
CREATE INDEX documents_procedure ON documents (procedure_base, created_at, id) WHERE procedure_base <> '';
CREATE INDEX documents_type      ON documents (type, created_at, id)           WHERE type <> '';
CREATE INDEX documents_dossier   ON documents (dossier, created_at, id)        WHERE dossier <> '';
CREATE INDEX documents_number    ON documents (number_key, notation_key)       WHERE number_key <> '';
CREATE INDEX documents_owner     ON documents (owner_id)                       WHERE owner_id <> '';
CREATE INDEX documents_unread    ON documents (reading_state, created_at, id)  WHERE reading_state NOT IN ('done', 'off');
CREATE INDEX documents_uploader  ON documents (uploader, created_at, id);
CREATE INDEX documents_discarded ON documents (discarded_at)                   WHERE state = 'discarded';

CREATE TABLE versions (
	document   TEXT    NOT NULL REFERENCES documents (id),
	number     INTEGER NOT NULL,
	digest     BLOB    NOT NULL,
	size       INTEGER NOT NULL,
	media_type TEXT    NOT NULL,
	file_name  TEXT    NOT NULL,
	pages      TEXT    NOT NULL, -- JSON
	created_at TEXT    NOT NULL,
	created_by TEXT    NOT NULL,
	PRIMARY KEY (document, number)
) STRICT;
CREATE INDEX versions_digest ON versions (digest);

-- Who may read a sealed paper.
CREATE TABLE named (
	document TEXT    NOT NULL REFERENCES documents (id),
	account  TEXT    NOT NULL,
	place    INTEGER NOT NULL,
	PRIMARY KEY (document, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX named_account ON named (account, document);

CREATE TABLE pages (
	document   TEXT    NOT NULL REFERENCES documents (id),
	version    INTEGER NOT NULL,
	number     INTEGER NOT NULL,
	source     TEXT    NOT NULL,
	words      INTEGER NOT NULL,
	confidence REAL    NOT NULL,
	at_byte    INTEGER NOT NULL,
	length     INTEGER NOT NULL,
	PRIMARY KEY (document, version, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE dossiers (
	code           TEXT    NOT NULL PRIMARY KEY,
	revision       INTEGER NOT NULL,
	procedure_code TEXT    NOT NULL,
	procedure_base TEXT    NOT NULL,
	custodian      TEXT    NOT NULL,
	title          TEXT    NOT NULL,
	applicant_type TEXT    NOT NULL,
	applicant_id   TEXT    NOT NULL,
	applicant_name TEXT    NOT NULL,
	received_on    TEXT    NOT NULL,
	due_on         TEXT    NOT NULL,
	closed_on      TEXT    NOT NULL,
	created_at     TEXT    NOT NULL,
	updated_at     TEXT    NOT NULL
) STRICT;
CREATE INDEX dossiers_created   ON dossiers (created_at, code);
CREATE INDEX dossiers_custodian ON dossiers (custodian, created_at, code);
CREATE INDEX dossiers_procedure ON dossiers (procedure_base, created_at, code) WHERE procedure_base <> '';

CREATE TABLE agencies (
	code         TEXT    NOT NULL PRIMARY KEY,
	revision     INTEGER NOT NULL,
	name         TEXT    NOT NULL,
	parent       TEXT    NOT NULL,
	aliases      TEXT    NOT NULL, -- JSON, like the next two
	predecessors TEXT    NOT NULL,
	successors   TEXT    NOT NULL,
	from_day     TEXT    NOT NULL,
	to_day       TEXT    NOT NULL,
	updated_at   TEXT    NOT NULL
) STRICT;

CREATE TABLE procedures (
	code       TEXT    NOT NULL,
	from_day   TEXT    NOT NULL,
	revision   INTEGER NOT NULL,
	name       TEXT    NOT NULL,
	sector     TEXT    NOT NULL,
	components TEXT    NOT NULL, -- JSON, like the next one
	results    TEXT    NOT NULL,
	days       INTEGER NOT NULL,
	updated_at TEXT    NOT NULL,
	PRIMARY KEY (code, from_day)
) STRICT;

-- Raised by every change of agencies or procedures.
CREATE TABLE registry_version (
	only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
	version  INTEGER NOT NULL
) STRICT;
INSERT INTO registry_version (only_row, version) VALUES (1, 0);

-- The trail. Position is the order of commit, because one writer writes; number is given by the sequencer.
CREATE TABLE events (
	position   INTEGER PRIMARY KEY AUTOINCREMENT,
	id         TEXT    NOT NULL UNIQUE,
	number     INTEGER UNIQUE,
	at         TEXT    NOT NULL,
	action     TEXT    NOT NULL,
	outcome    TEXT    NOT NULL,
	actor_id   TEXT    NOT NULL,
	actor_name TEXT    NOT NULL,
	actor_role TEXT    NOT NULL,
	agency     TEXT    NOT NULL,
	address    TEXT    NOT NULL,
	request    TEXT    NOT NULL,
	purpose    TEXT    NOT NULL,
	document   TEXT    NOT NULL,
	dossier    TEXT    NOT NULL,
	object     TEXT    NOT NULL,
	detail     TEXT    NOT NULL, -- JSON
	once       TEXT    UNIQUE,
	nonce      BLOB    NOT NULL,
	leaf       BLOB    NOT NULL
) STRICT;
CREATE INDEX events_unnumbered ON events (position)                 WHERE number IS NULL;
CREATE INDEX events_document   ON events (document, position)       WHERE document <> '';
CREATE INDEX events_at         ON events (at, position);
CREATE INDEX events_actor      ON events (actor_id, at, position)   WHERE actor_id <> '';
CREATE INDEX events_action     ON events (action, at, position);

-- +goose StatementBegin
CREATE TRIGGER events_keep BEFORE DELETE ON events
BEGIN
	SELECT RAISE(ABORT, 'an event is never removed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_fixed BEFORE UPDATE OF position, id, at, action, outcome, actor_id, actor_name, actor_role, agency,
	address, request, purpose, document, dossier, object, detail, once, nonce, leaf ON events
BEGIN
	SELECT RAISE(ABORT, 'an event is never changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_numbered_once BEFORE UPDATE OF number ON events
WHEN OLD.number IS NOT NULL OR NEW.number IS NULL
BEGIN
	SELECT RAISE(ABORT, 'an event is numbered once');
END;
-- +goose StatementEnd

CREATE TABLE tree_hashes (
	position INTEGER NOT NULL PRIMARY KEY,
	hash     BLOB    NOT NULL
) STRICT;

CREATE TABLE tree_checkpoint (
	only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
	size     INTEGER NOT NULL,
	signed   BLOB    NOT NULL,
	at       TEXT    NOT NULL
) STRICT;

-- Holds what is being written at the moment, a few rows: it is read whole.
CREATE TABLE intents (
	id            TEXT    NOT NULL PRIMARY KEY,
	node          TEXT    NOT NULL,
	object        TEXT    NOT NULL,
	document      TEXT    NOT NULL,
	act           TEXT    NOT NULL,
	after_version INTEGER NOT NULL,
	payload       BLOB,
	taken         INTEGER NOT NULL, -- 1: the janitor has it, its owner can no longer close it
	created_at    TEXT    NOT NULL,
	expires_at    TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX intents_document ON intents (document) WHERE document <> ''; -- the lock of the document

-- Due_at is run_at of a waiting job and lease_until of a running one: a lease that ran out is due like any other.
CREATE TABLE jobs (
	id          TEXT    NOT NULL PRIMARY KEY,
	kind        TEXT    NOT NULL,
	key         TEXT    NOT NULL,
	state       TEXT    NOT NULL CHECK (state IN ('waiting', 'running', 'failed')),
	document    TEXT    NOT NULL,
	version     INTEGER NOT NULL,
	priority    INTEGER NOT NULL,
	run_at      TEXT    NOT NULL,
	due_at      TEXT    NOT NULL,
	attempts    INTEGER NOT NULL,
	lease_until TEXT    NOT NULL,
	node        TEXT    NOT NULL,
	done        INTEGER NOT NULL,
	total       INTEGER NOT NULL,
	last_error  TEXT    NOT NULL,
	created_at  TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX jobs_unfinished ON jobs (kind, key)                   WHERE state <> 'failed';
CREATE INDEX        jobs_urgent     ON jobs (priority DESC, due_at, id)   WHERE state <> 'failed';
CREATE INDEX        jobs_failed     ON jobs (kind, key)                   WHERE state = 'failed';

CREATE TABLE accounts (
	id            TEXT    NOT NULL PRIMARY KEY,
	login         TEXT    NOT NULL UNIQUE,
	name          TEXT    NOT NULL,
	role          TEXT    NOT NULL,
	agency        TEXT    NOT NULL,
	valid_from    TEXT    NOT NULL,
	valid_until   TEXT    NOT NULL,
	password_hash TEXT    NOT NULL,
	must_change   INTEGER NOT NULL,
	closed        INTEGER NOT NULL,
	revision      INTEGER NOT NULL,
	created_at    TEXT    NOT NULL,
	updated_at    TEXT    NOT NULL
) STRICT;

CREATE TABLE sessions (
	hash       BLOB NOT NULL PRIMARY KEY,
	account    TEXT NOT NULL,
	created_at TEXT NOT NULL,
	seen_at    TEXT NOT NULL,
	expires_at TEXT NOT NULL,
	device     TEXT NOT NULL,
	address    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE tokens (
	id         TEXT NOT NULL PRIMARY KEY,
	hash       BLOB NOT NULL UNIQUE,
	role       TEXT NOT NULL,
	agency     TEXT NOT NULL,
	note       TEXT NOT NULL,
	until      TEXT NOT NULL,
	revoked_at TEXT NOT NULL,
	seen_at    TEXT NOT NULL,
	created_at TEXT NOT NULL,
	created_by TEXT NOT NULL
) STRICT;

CREATE TABLE answers (
	actor      TEXT    NOT NULL,
	route      TEXT    NOT NULL,
	key        TEXT    NOT NULL,
	body       BLOB    NOT NULL,
	status     INTEGER NOT NULL,
	header     TEXT    NOT NULL, -- JSON
	reply      BLOB    NOT NULL,
	node       TEXT    NOT NULL,
	created_at TEXT    NOT NULL,
	PRIMARY KEY (actor, route, key)
) STRICT;
CREATE INDEX answers_created ON answers (created_at);
CREATE INDEX answers_running ON answers (node, created_at) WHERE status = 0;

CREATE TABLE settings (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;
