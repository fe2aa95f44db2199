-- The key's record, the job, the message that announces it and the relay's wake-up: one statement, one commit.
-- Under a key that is taken nothing is stored and no row comes back; a rival that is not yet committed is waited for.
WITH label AS MATERIALIZED (
    SELECT set_config('application_name', $18, false)
), first AS (
    INSERT INTO idempotency_record (scope, key, fingerprint, job_id)
    SELECT $20, $21, $22, $1
    FROM label
    WHERE $20::text IS NOT NULL
    ON CONFLICT (scope, key) DO NOTHING
    RETURNING job_id
), accepted AS (
    INSERT INTO job (id, kind, command, owner, scopes, roles, request_id, traceparent, max_attempts, created_at, deadline_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $19
    FROM label
    WHERE $20::text IS NULL OR EXISTS (SELECT FROM first)
    RETURNING id
), announced AS (
    INSERT INTO outbox (channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent)
    SELECT $11, $12, $13, $14, $15, $10, $16, $17, $7, $8
    FROM accepted
)
SELECT accepted.id, pg_notify('kondate_outbox', '')
FROM accepted
