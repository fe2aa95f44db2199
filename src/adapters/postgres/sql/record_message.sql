INSERT INTO outbox
    (channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent, available_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp() + make_interval(secs => $11))
RETURNING pg_notify('kondate_outbox', '')
