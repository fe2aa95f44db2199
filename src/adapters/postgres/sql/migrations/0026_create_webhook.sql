-- Webhooks, what they are told, and each try. New tables that refer to job: it is locked against changes of its form,
-- and against writers, for an instant.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL CHECK (cardinality(events) > 0),
    -- Empty for all kinds.
    job_kinds text[] NOT NULL,
    secret bytea NOT NULL,
    old_secret bytea,
    old_secret_until timestamptz,
    failing_since timestamptz,
    disabled text CHECK (disabled IN ('gone', 'failing')),
    created_at timestamptz NOT NULL
);

-- Asked for at the end of each job: whether its owner has any.
CREATE INDEX webhook_of_owner ON webhook (owner, created_at DESC, id DESC);

CREATE TABLE webhook_delivery (
    -- Also the id of the job that tries it: the two live and go together.
    id uuid PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    webhook_id uuid NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event text NOT NULL,
    job_id uuid NOT NULL,
    job_kind text NOT NULL,
    code text,
    occurred_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    -- A job ends once, so each webhook is told of it once, however often its event comes.
    UNIQUE (webhook_id, job_id)
);

CREATE INDEX webhook_delivery_of_webhook ON webhook_delivery (webhook_id, created_at DESC, id DESC);

CREATE TABLE webhook_attempt (
    delivery_id uuid NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
    attempt integer NOT NULL,
    outcome text NOT NULL,
    status_code integer,
    seconds double precision NOT NULL,
    at timestamptz NOT NULL
);

CREATE INDEX webhook_attempt_of_delivery ON webhook_attempt (delivery_id, at);
