-- One row a key: what the first request with it brought about. A new table: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE idempotency_record (
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    job_id uuid,
    outcome json,
    expires_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '24 hours',
    PRIMARY KEY (scope, key),
    CHECK ((job_id IS NULL) <> (outcome IS NULL))
);

CREATE INDEX idempotency_record_expiry ON idempotency_record (expires_at);
