-- Begin the next attempt of a job that waits, or whose worker let its lease lapse; time is the database's.
WITH claimed AS (
    UPDATE job
    SET status = 'running',
        attempt = attempt + 1,
        lease_until = clock_timestamp() + make_interval(secs => $2),
        started_at = coalesce(started_at, clock_timestamp()),
        progress_done = NULL,
        progress_total = NULL
    WHERE id = $1 AND (status = 'queued' OR (status = 'running' AND lease_until < clock_timestamp()))
    RETURNING job.*
)
SELECT job.status AS standing, claimed.*
FROM job
LEFT JOIN claimed ON claimed.id = job.id
WHERE job.id = $1
