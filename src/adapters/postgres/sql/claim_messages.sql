-- Unsent is what is there: never "position > the last one sent", since positions commit out of order.
SELECT position, channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent
FROM outbox
WHERE available_at <= clock_timestamp()
ORDER BY position
LIMIT $1
FOR UPDATE SKIP LOCKED
