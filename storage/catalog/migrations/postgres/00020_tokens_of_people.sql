-- People look at the tokens that live on their own rights.

-- +goose Up
CREATE INDEX tokens_owner ON tokens (owner, id) WHERE owner <> '';
