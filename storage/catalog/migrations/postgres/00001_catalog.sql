-- The same tables as on SQLite. Text is compared by bytes (COLLATE "C"), so that order and keyset are the same there and here.
-- Only the foreign keys are missing: checking one reads a page of the other table's index, which holds the ids made in the
-- same second, so that two deposits at once were each other's serialization failure (7 retries in 10 deposits with 32
-- people, none without).
-- Conventions of every table: ids are UUIDs as text, times RFC 3339 in UTC with six fractional digits, days ISO, and ''
-- means none, so that text order is time order and no column a list is sorted by is NULL. Truth values are 0 and 1.

-- +goose Up
CREATE TABLE documents (
	id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	revision           BIGINT NOT NULL,
	state              TEXT COLLATE "C" NOT NULL,
	kind               TEXT COLLATE "C" NOT NULL,
	dossier            TEXT COLLATE "C" NOT NULL,
	custodian          TEXT COLLATE "C" NOT NULL,
	access             TEXT COLLATE "C" NOT NULL,
	procedure_code     TEXT COLLATE "C" NOT NULL,
	procedure_base     TEXT COLLATE "C" NOT NULL, -- the first eight characters, on which procedures are the same
	type               TEXT COLLATE "C" NOT NULL,
	number             TEXT COLLATE "C" NOT NULL,
	number_key         TEXT COLLATE "C" NOT NULL, -- without leading zeros and spaces, folded: what numbers are compared by
	notation           TEXT COLLATE "C" NOT NULL,
	notation_key       TEXT COLLATE "C" NOT NULL,
	issued_on          TEXT COLLATE "C" NOT NULL,
	agency             TEXT COLLATE "C" NOT NULL, -- the issuing one
	agency_name        TEXT COLLATE "C" NOT NULL,
	agency_key         TEXT COLLATE "C" NOT NULL, -- the name folded
	subject            TEXT COLLATE "C" NOT NULL,
	signer_name        TEXT COLLATE "C" NOT NULL,
	signer_position    TEXT COLLATE "C" NOT NULL,
	owner_type         TEXT COLLATE "C" NOT NULL,
	owner_id           TEXT COLLATE "C" NOT NULL,
	owner_name         TEXT COLLATE "C" NOT NULL,
	language           TEXT COLLATE "C" NOT NULL,
	findings           TEXT COLLATE "C" NOT NULL, -- JSON
	head               BIGINT NOT NULL, -- number of the newest version
	reading_state      TEXT COLLATE "C" NOT NULL,
	reading_done       BIGINT NOT NULL,
	reading_total      BIGINT NOT NULL,
	reading_confidence DOUBLE PRECISION    NOT NULL,
	reading_detail     TEXT COLLATE "C" NOT NULL, -- JSON: why it waits or failed, and the proposals
	uploader           TEXT COLLATE "C" NOT NULL,
	submitter          TEXT COLLATE "C" NOT NULL,
	object             BIGINT NOT NULL, -- OCFL head this row was written with
	reason             TEXT COLLATE "C" NOT NULL,
	prior_state        TEXT COLLATE "C" NOT NULL,
	created_at         TEXT COLLATE "C" NOT NULL,
	updated_at         TEXT COLLATE "C" NOT NULL,
	published_at       TEXT COLLATE "C" NOT NULL,
	discarded_at       TEXT COLLATE "C" NOT NULL
);
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
	document   TEXT COLLATE "C" NOT NULL,
	number     BIGINT NOT NULL,
	digest     BYTEA NOT NULL,
	size       BIGINT NOT NULL,
	media_type TEXT COLLATE "C" NOT NULL,
	file_name  TEXT COLLATE "C" NOT NULL,
	pages      TEXT COLLATE "C" NOT NULL, -- JSON
	created_at TEXT COLLATE "C" NOT NULL,
	created_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (document, number)
);
CREATE INDEX versions_digest ON versions (digest);

-- Who may read a sealed paper.
CREATE TABLE named (
	document TEXT COLLATE "C" NOT NULL,
	account  TEXT COLLATE "C" NOT NULL,
	place    BIGINT NOT NULL,
	PRIMARY KEY (document, account)
);
CREATE INDEX named_account ON named (account, document);

CREATE TABLE pages (
	document   TEXT COLLATE "C" NOT NULL,
	version    BIGINT NOT NULL,
	number     BIGINT NOT NULL,
	source     TEXT COLLATE "C" NOT NULL,
	words      BIGINT NOT NULL,
	confidence DOUBLE PRECISION    NOT NULL,
	at_byte    BIGINT NOT NULL,
	length     BIGINT NOT NULL,
	PRIMARY KEY (document, version, number)
);

CREATE TABLE dossiers (
	code           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	revision       BIGINT NOT NULL,
	procedure_code TEXT COLLATE "C" NOT NULL,
	procedure_base TEXT COLLATE "C" NOT NULL,
	custodian      TEXT COLLATE "C" NOT NULL,
	title          TEXT COLLATE "C" NOT NULL,
	applicant_type TEXT COLLATE "C" NOT NULL,
	applicant_id   TEXT COLLATE "C" NOT NULL,
	applicant_name TEXT COLLATE "C" NOT NULL,
	received_on    TEXT COLLATE "C" NOT NULL,
	due_on         TEXT COLLATE "C" NOT NULL,
	closed_on      TEXT COLLATE "C" NOT NULL,
	created_at     TEXT COLLATE "C" NOT NULL,
	updated_at     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX dossiers_created   ON dossiers (created_at, code);
CREATE INDEX dossiers_custodian ON dossiers (custodian, created_at, code);
CREATE INDEX dossiers_procedure ON dossiers (procedure_base, created_at, code) WHERE procedure_base <> '';

CREATE TABLE agencies (
	code         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	revision     BIGINT NOT NULL,
	name         TEXT COLLATE "C" NOT NULL,
	parent       TEXT COLLATE "C" NOT NULL,
	aliases      TEXT COLLATE "C" NOT NULL, -- JSON, like the next two
	predecessors TEXT COLLATE "C" NOT NULL,
	successors   TEXT COLLATE "C" NOT NULL,
	from_day     TEXT COLLATE "C" NOT NULL,
	to_day       TEXT COLLATE "C" NOT NULL,
	updated_at   TEXT COLLATE "C" NOT NULL
);

CREATE TABLE procedures (
	code       TEXT COLLATE "C" NOT NULL,
	from_day   TEXT COLLATE "C" NOT NULL,
	revision   BIGINT NOT NULL,
	name       TEXT COLLATE "C" NOT NULL,
	sector     TEXT COLLATE "C" NOT NULL,
	components TEXT COLLATE "C" NOT NULL, -- JSON, like the next one
	results    TEXT COLLATE "C" NOT NULL,
	days       BIGINT NOT NULL,
	updated_at TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (code, from_day)
);

-- Raised by every change of agencies or procedures.
CREATE TABLE registry_version (
	only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
	version  BIGINT NOT NULL
);
INSERT INTO registry_version (only_row, version) VALUES (1, 0);

-- The trail. Position is drawn when a row is inserted, not when it is committed: a lower position may become visible after a
-- higher one. Nothing therefore reads "position > the last seen": what the sequencer has not done is number IS NULL, and
-- every feed goes by number, which is given under one lock to what is committed by then.
CREATE TABLE events (
	position   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id         TEXT COLLATE "C" NOT NULL UNIQUE,
	number     BIGINT UNIQUE,
	at         TEXT COLLATE "C" NOT NULL,
	action     TEXT COLLATE "C" NOT NULL,
	outcome    TEXT COLLATE "C" NOT NULL,
	actor_id   TEXT COLLATE "C" NOT NULL,
	actor_name TEXT COLLATE "C" NOT NULL,
	actor_role TEXT COLLATE "C" NOT NULL,
	agency     TEXT COLLATE "C" NOT NULL,
	address    TEXT COLLATE "C" NOT NULL,
	request    TEXT COLLATE "C" NOT NULL,
	purpose    TEXT COLLATE "C" NOT NULL,
	document   TEXT COLLATE "C" NOT NULL,
	dossier    TEXT COLLATE "C" NOT NULL,
	object     TEXT COLLATE "C" NOT NULL,
	detail     TEXT COLLATE "C" NOT NULL, -- JSON
	once       TEXT COLLATE "C" UNIQUE,
	nonce      BYTEA NOT NULL,
	leaf       BYTEA NOT NULL
);
CREATE INDEX events_unnumbered ON events (position)                 WHERE number IS NULL;
CREATE INDEX events_document   ON events (document, position)       WHERE document <> '';
CREATE INDEX events_at         ON events (at, position);
CREATE INDEX events_actor      ON events (actor_id, at, position)   WHERE actor_id <> '';
CREATE INDEX events_action     ON events (action, at, position);

-- +goose StatementBegin
CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF OLD.number IS NOT NULL OR NEW.number IS NULL THEN
			RAISE EXCEPTION 'an event is numbered once';
		END IF;
		OLD.number := NEW.number;
		IF OLD IS NOT DISTINCT FROM NEW THEN
			RETURN NEW;
		END IF;
		RAISE EXCEPTION 'an event is never changed';
	END IF;
	RAISE EXCEPTION 'an event is never removed';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER events_keep  BEFORE UPDATE OR DELETE ON events FOR EACH ROW       EXECUTE FUNCTION events_refuse();
CREATE TRIGGER events_whole BEFORE TRUNCATE         ON events FOR EACH STATEMENT EXECUTE FUNCTION events_refuse();

CREATE TABLE tree_hashes (
	position BIGINT NOT NULL PRIMARY KEY,
	hash     BYTEA NOT NULL
);

CREATE TABLE tree_checkpoint (
	only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
	size     BIGINT NOT NULL,
	signed   BYTEA NOT NULL,
	at       TEXT COLLATE "C" NOT NULL
);

-- Holds what is being written at the moment, a few rows: it is read whole.
CREATE TABLE intents (
	id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	node          TEXT COLLATE "C" NOT NULL,
	object        TEXT COLLATE "C" NOT NULL,
	document      TEXT COLLATE "C" NOT NULL,
	act           TEXT COLLATE "C" NOT NULL,
	after_version BIGINT NOT NULL,
	payload       BYTEA,
	taken         BIGINT NOT NULL, -- 1: the janitor has it, its owner can no longer close it
	created_at    TEXT COLLATE "C" NOT NULL,
	expires_at    TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX intents_document ON intents (document) WHERE document <> ''; -- the lock of the document

-- Due_at is run_at of a waiting job and lease_until of a running one: a lease that ran out is due like any other.
CREATE TABLE jobs (
	id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	kind        TEXT COLLATE "C" NOT NULL,
	key         TEXT COLLATE "C" NOT NULL,
	state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'running', 'failed')),
	document    TEXT COLLATE "C" NOT NULL,
	version     BIGINT NOT NULL,
	priority    BIGINT NOT NULL,
	run_at      TEXT COLLATE "C" NOT NULL,
	due_at      TEXT COLLATE "C" NOT NULL,
	attempts    BIGINT NOT NULL,
	lease_until TEXT COLLATE "C" NOT NULL,
	node        TEXT COLLATE "C" NOT NULL,
	done        BIGINT NOT NULL,
	total       BIGINT NOT NULL,
	last_error  TEXT COLLATE "C" NOT NULL,
	created_at  TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX jobs_unfinished ON jobs (kind, key)                   WHERE state <> 'failed';
CREATE INDEX        jobs_urgent     ON jobs (priority DESC, due_at, id)   WHERE state <> 'failed';
CREATE INDEX        jobs_failed     ON jobs (kind, key)                   WHERE state = 'failed';

CREATE TABLE accounts (
	id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	login         TEXT COLLATE "C" NOT NULL UNIQUE,
	name          TEXT COLLATE "C" NOT NULL,
	role          TEXT COLLATE "C" NOT NULL,
	agency        TEXT COLLATE "C" NOT NULL,
	valid_from    TEXT COLLATE "C" NOT NULL,
	valid_until   TEXT COLLATE "C" NOT NULL,
	password_hash TEXT COLLATE "C" NOT NULL,
	must_change   BIGINT NOT NULL,
	closed        BIGINT NOT NULL,
	revision      BIGINT NOT NULL,
	created_at    TEXT COLLATE "C" NOT NULL,
	updated_at    TEXT COLLATE "C" NOT NULL
);

CREATE TABLE sessions (
	hash       BYTEA NOT NULL PRIMARY KEY,
	account    TEXT COLLATE "C" NOT NULL,
	created_at TEXT COLLATE "C" NOT NULL,
	seen_at    TEXT COLLATE "C" NOT NULL,
	expires_at TEXT COLLATE "C" NOT NULL,
	device     TEXT COLLATE "C" NOT NULL,
	address    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE tokens (
	id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	hash       BYTEA NOT NULL UNIQUE,
	role       TEXT COLLATE "C" NOT NULL,
	agency     TEXT COLLATE "C" NOT NULL,
	note       TEXT COLLATE "C" NOT NULL,
	until      TEXT COLLATE "C" NOT NULL,
	revoked_at TEXT COLLATE "C" NOT NULL,
	seen_at    TEXT COLLATE "C" NOT NULL,
	created_at TEXT COLLATE "C" NOT NULL,
	created_by TEXT COLLATE "C" NOT NULL
);

CREATE TABLE answers (
	actor      TEXT COLLATE "C" NOT NULL,
	route      TEXT COLLATE "C" NOT NULL,
	key        TEXT COLLATE "C" NOT NULL,
	body       BYTEA NOT NULL,
	status     BIGINT NOT NULL,
	header     TEXT COLLATE "C" NOT NULL, -- JSON
	reply      BYTEA NOT NULL,
	node       TEXT COLLATE "C" NOT NULL,
	created_at TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (actor, route, key)
);
CREATE INDEX answers_created ON answers (created_at);
CREATE INDEX answers_running ON answers (node, created_at) WHERE status = 0;

CREATE TABLE settings (
	name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	value TEXT COLLATE "C" NOT NULL
);
