-- A session that began at an OpenID provider says which of the provider's it belongs to, so that the provider can end it.

-- +goose Up
ALTER TABLE sessions ADD COLUMN provider TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_provider ON sessions (provider) WHERE provider <> '';
