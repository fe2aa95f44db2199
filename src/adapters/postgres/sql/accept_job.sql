-- The job, the message that announces it and the relay's wake-up: one statement, one commit.
WITH label AS MATERIALIZED (
    SELECT set_config('application_name', $18, false)
), accepted AS (
    INSERT INTO job (id, kind, command, owner, scopes, roles, request_id, traceparent, max_attempts, created_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
    FROM label
), announced AS (
    INSERT INTO outbox (channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent)
    VALUES ($11, $12, $13, $14, $15, $10, $16, $17, $7, $8)
)
SELECT pg_notify('kondate_outbox', '')
