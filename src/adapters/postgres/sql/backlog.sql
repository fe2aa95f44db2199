-- A job that waits out the delay before its next attempt is no load: its message is not expected yet, and how long ago
-- it was accepted says nothing of the queue.
SELECT
    (SELECT count(*) FROM job WHERE status = 'queued' AND announced_at <= clock_timestamp()) AS queued,
    (SELECT count(*) FROM outbox WHERE channel = 'commands' AND message_id = subject) AS unsent,
    (
        SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8
        FROM job
        WHERE status = 'queued' AND attempt = 0
    ) AS oldest_seconds,
    (SELECT count(*) / 60.0 FROM job WHERE finished_at > statement_timestamp() - interval '60 seconds')::float8
        AS finished_per_second
