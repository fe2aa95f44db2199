-- The message leaves only where somebody follows it: a webhook of its sender's.
INSERT INTO outbox (channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
WHERE EXISTS (SELECT FROM webhook WHERE owner = $8 AND disabled IS NULL)
RETURNING pg_notify('kondate_outbox', '')
