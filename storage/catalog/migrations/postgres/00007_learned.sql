-- +goose Up
-- What was learned from papers two people confirmed: who signs for an agency, by what names it goes, what procedure a type of
-- paper belongs to.
CREATE TABLE learned (
	kind      TEXT COLLATE "C" NOT NULL,
	scope     TEXT COLLATE "C" NOT NULL,
	value     TEXT COLLATE "C" NOT NULL,
	also      TEXT COLLATE "C" NOT NULL,
	shown     TEXT COLLATE "C" NOT NULL,
	confirmed BIGINT NOT NULL,
	denied    BIGINT NOT NULL,
	document  TEXT COLLATE "C" NOT NULL,
	first_at  TEXT COLLATE "C" NOT NULL,
	last_at   TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (kind, scope, value)
);
CREATE INDEX learned_newest ON learned (kind, last_at);
