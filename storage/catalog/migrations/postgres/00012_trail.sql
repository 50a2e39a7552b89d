-- The trail is asked for by whatever an auditor knows: the dossier, the unit, the address, the purpose, and what was refused or failed.
-- Most events succeed, many have no purpose and no dossier: the indexes hold only those that can be asked for.

-- +goose Up
CREATE INDEX events_of_dossier ON events (dossier, at, position) WHERE dossier <> '';
CREATE INDEX events_agency     ON events (agency, at, position)  WHERE agency <> '';
CREATE INDEX events_address    ON events (address, at, position) WHERE address <> '';
CREATE INDEX events_purpose    ON events (purpose, at, position) WHERE purpose <> '';
CREATE INDEX events_outcome    ON events (outcome, at, position) WHERE outcome <> 'success';
