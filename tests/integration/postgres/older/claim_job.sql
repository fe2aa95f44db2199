-- Begin the next attempt of a job that waits, or whose worker let its lease lapse; time is the database's.
WITH mine AS (
    SELECT id, owner, status, lease_until, deadline_at
    FROM job
    WHERE id = $1
), claimed AS (
    UPDATE job
    SET status = 'running',
        attempt = job.attempt + 1,
        lease_until = clock_timestamp() + make_interval(secs => $2),
        started_at = coalesce(job.started_at, clock_timestamp()),
        progress_done = NULL,
        progress_total = NULL
    FROM mine
    WHERE job.id = $1
        AND (job.status = 'queued' OR (job.status = 'running' AND job.lease_until < clock_timestamp()))
        AND (job.deadline_at IS NULL OR job.deadline_at > clock_timestamp())
        AND (
            SELECT count(*)
            FROM job AS other
            WHERE other.owner = mine.owner
                AND other.status = 'running'
                AND other.lease_until > clock_timestamp()
                AND other.id <> $1
        ) < $3
    RETURNING job.*
)
SELECT
    CASE
        WHEN mine.status IN ('succeeded', 'failed', 'cancelled') THEN 'finished'
        WHEN mine.status = 'running' AND mine.lease_until > clock_timestamp() THEN 'held'
        WHEN mine.deadline_at <= clock_timestamp() THEN 'late'
        ELSE 'capped'
    END AS standing,
    claimed.*
FROM mine
LEFT JOIN claimed ON claimed.id = mine.id
