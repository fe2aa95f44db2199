-- A fresh message for one job that is not finished.
WITH again AS (
    UPDATE job
    SET announced_at = clock_timestamp(), announcements = announcements + 1
    WHERE id = $1 AND status IN ('queued', 'running')
    RETURNING *
), announced AS (
    INSERT INTO outbox (channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent)
    SELECT 'commands', id || '.' || announcements, $2, $3, id::text, clock_timestamp(),
        json_build_object('jobId', id), owner, request_id, traceparent
    FROM again
)
SELECT pg_notify('kondate_outbox', '')
