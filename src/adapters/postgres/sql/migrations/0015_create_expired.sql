-- What has expired, and whose it was: its owner is told so (410) for a while. A new table: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE expired (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    forgotten_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '30 days'
);

CREATE INDEX expired_forgotten ON expired (forgotten_at);
