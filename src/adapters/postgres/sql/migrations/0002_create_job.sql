-- Deferred commands. A new table: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE job (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    command json NOT NULL,
    owner text NOT NULL,
    scopes text[] NOT NULL,
    roles text[] NOT NULL,
    request_id text NOT NULL,
    traceparent text,
    status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    -- Counted when an attempt begins, before any work: an attempt that kills its process counts too.
    attempt integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL CHECK (max_attempts >= 1),
    lease_until timestamptz,
    progress_done integer,
    progress_total integer,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    result_resource text,
    result_id uuid,
    failure json,
    CHECK ((status IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((status = 'failed') = (failure IS NOT NULL))
);

CREATE INDEX job_of_owner ON job (owner, created_at DESC, id DESC);
-- Only unfinished jobs are looked for by age, so a million finished ones cost nothing.
CREATE INDEX job_unfinished ON job (created_at) WHERE status IN ('queued', 'running');
