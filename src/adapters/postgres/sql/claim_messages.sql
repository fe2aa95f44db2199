-- Unsent is what is there: never "position > the last one sent", since positions commit out of order. First announcements of
-- a caller who crowds the queue stay here; fresh ones, for jobs whose message the queue forgot, never do.
WITH held_back AS MATERIALIZED (
    SELECT crowded($2) AS sender
)
SELECT is_crowded, mine.*
FROM (SELECT EXISTS (SELECT FROM held_back) AS is_crowded) AS queue
LEFT JOIN LATERAL (
    SELECT position, channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent
    FROM outbox
    WHERE available_at <= clock_timestamp()
        AND NOT (channel = 'commands' AND message_id = subject AND sender IN (SELECT held_back.sender FROM held_back))
    ORDER BY position
    LIMIT $1
    FOR UPDATE SKIP LOCKED
) AS mine ON true
