-- Jobs whose message seems forgotten: waiting, or abandoned, for longer than the bound. It doubles each time, at most so
-- often, for those that never began: only they stand in the long queue that doubling is for.
WITH stale AS (
    SELECT id
    FROM job
    WHERE status IN ('queued', 'running')
        AND CASE status WHEN 'queued' THEN announced_at ELSE greatest(announced_at, lease_until) END
            < clock_timestamp()
                - make_interval(secs => $1 * power(2, CASE attempt WHEN 0 THEN least(announcements - 1, $5) ELSE 0 END))
        AND NOT EXISTS (SELECT FROM outbox WHERE outbox.subject = job.id::text AND outbox.channel = 'commands')
    ORDER BY announced_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
), again AS (
    UPDATE job
    SET announced_at = clock_timestamp(), announcements = job.announcements + 1
    FROM stale
    WHERE job.id = stale.id
    RETURNING job.*
), announced AS (
    INSERT INTO outbox (channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent)
    SELECT 'commands', id || '.' || announcements, $3, $4, id::text, clock_timestamp(),
        json_build_object('jobId', id), owner, request_id, traceparent
    FROM again
    RETURNING position
)
SELECT count(*), pg_notify('kondate_outbox', '')
FROM announced
