-- What stays valid behind a new scan of an accepted or published paper; who threw a paper away; the history of a dossier.
-- The column head is from now on the number of the version that counts, which is not the newest after a new scan was dropped.

-- +goose Up
ALTER TABLE documents ADD COLUMN standing     TEXT NOT NULL DEFAULT ''; -- JSON
ALTER TABLE documents ADD COLUMN discarded_by TEXT NOT NULL DEFAULT '';

UPDATE documents SET discarded_by = coalesce((SELECT e.actor_id FROM events AS e WHERE e.document = documents.id AND e.document <> ''
	AND e.action = 'state_change' AND e.detail LIKE '%"move":"discard"%' ORDER BY e.position DESC LIMIT 1), '')
WHERE state = 'discarded';

CREATE INDEX events_dossier ON events (dossier, position) WHERE action = 'dossier_change';
