-- Lines that wait for their import, and what became of imports. New tables: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE upload (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    -- Both are unknown until all of it has come.
    lines integer,
    parts integer,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX upload_of_owner ON upload (owner);
CREATE INDEX upload_by_age ON upload (created_at);

CREATE TABLE upload_part (
    upload_id uuid NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
    number integer NOT NULL,
    first_line integer NOT NULL,
    -- Whole lines as they came.
    body bytea NOT NULL,
    PRIMARY KEY (upload_id, number)
);

CREATE TABLE recipe_import (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    -- The public representation, passed through byte for byte.
    document json NOT NULL,
    created_at timestamptz NOT NULL
);
