-- +goose Up
-- Accounts of what is taken in and kept. A row with day and actor is of that day; one without both is what the custodian
-- keeps. An account is the sum of its slots: acts that run at once book on different ones.
CREATE TABLE used (
	day       TEXT NOT NULL,
	actor     TEXT NOT NULL,
	custodian TEXT NOT NULL,
	slot      INTEGER NOT NULL,
	papers    INTEGER NOT NULL,
	bytes     INTEGER NOT NULL,
	PRIMARY KEY (day, actor, custodian, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_custodian ON used (custodian, day);
INSERT INTO used (day, actor, custodian, slot, papers, bytes)
	SELECT '', '', d.custodian, 0, count(DISTINCT d.id), coalesce(sum(v.size), 0)
	FROM documents AS d LEFT JOIN versions AS v ON v.document = d.id WHERE d.state <> 'disposed' GROUP BY d.custodian;

-- What an agency was granted instead of the house's own limits: JSON, '' for nothing.
ALTER TABLE agencies ADD COLUMN quota TEXT NOT NULL DEFAULT '';
