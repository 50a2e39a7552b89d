-- +goose Up
-- What was learned from papers two people confirmed: who signs for an agency, by what names it goes, what procedure a type of
-- paper belongs to.
CREATE TABLE learned (
	kind      TEXT NOT NULL,
	scope     TEXT NOT NULL,
	value     TEXT NOT NULL,
	also      TEXT NOT NULL,
	shown     TEXT NOT NULL,
	confirmed INTEGER NOT NULL,
	denied    INTEGER NOT NULL,
	document  TEXT NOT NULL,
	first_at  TEXT NOT NULL,
	last_at   TEXT NOT NULL,
	PRIMARY KEY (kind, scope, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX learned_newest ON learned (kind, last_at);
