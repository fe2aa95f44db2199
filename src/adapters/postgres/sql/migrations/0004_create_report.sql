-- Finished reports. A new table: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE report (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    owner text NOT NULL,
    snapshot text NOT NULL,
    -- The public representation, passed through byte for byte.
    document json NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX report_of_owner ON report (owner, created_at DESC, id DESC);
