-- Begin the next attempt of jobs that wait, or whose worker let its lease lapse; time is the database's.
-- Row by row, and with their number hidden from the planner: it makes one plan, for many as for one, and keeps it.
WITH asked AS (
    SELECT job.*
    FROM unnest((SELECT $1::uuid[])) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT id, owner, status, attempt, lease_until,
            CASE
                WHEN status IN ('succeeded', 'cancelled') THEN 'finished'
                WHEN status = 'failed' THEN 'failed'
                WHEN status = 'running' AND lease_until > clock_timestamp() THEN 'held'
                WHEN deadline_at <= clock_timestamp() THEN 'late'
                WHEN NOT $4 AND lost_in_company + (status = 'running')::integer >= $5 THEN 'suspect'
            END AS hindrance
        FROM job
        WHERE job.id = wanted.id
        LIMIT 1
    ) AS job
), free AS (
    -- A row that somebody else holds or has changed since is theirs: no claim waits, so no two wait for each other.
    SELECT asked.id, asked.owner
    FROM asked
    CROSS JOIN LATERAL (
        SELECT
        FROM job
        WHERE job.id = asked.id
            AND job.status = asked.status
            AND job.attempt = asked.attempt
            AND job.lease_until IS NOT DISTINCT FROM asked.lease_until
        FOR UPDATE SKIP LOCKED
    ) AS locked
    WHERE asked.hindrance IS NULL
), placed AS (
    SELECT id, row_number() OVER (PARTITION BY owner) + (
        SELECT count(*)
        FROM job AS other
        WHERE other.owner = free.owner AND other.status = 'running' AND other.lease_until > clock_timestamp()
    ) AS place
    FROM free
), claimed AS (
    UPDATE job
    SET status = 'running',
        attempt = job.attempt + 1,
        -- An attempt lost beside others counts against nobody: the next one is one more.
        max_attempts = job.max_attempts + (job.status = 'running' AND job.lost_in_company < $5)::integer,
        lost_in_company = job.lost_in_company + (job.status = 'running' AND job.lost_in_company < $5)::integer,
        lease_until = clock_timestamp() + make_interval(secs => $2),
        started_at = coalesce(job.started_at, clock_timestamp()),
        progress_done = NULL,
        progress_total = NULL
    FROM placed
    WHERE job.id = placed.id AND placed.place <= $3
    RETURNING job.*
)
SELECT asked.id AS asked, coalesce(asked.hindrance, 'capped') AS standing, claimed.*
FROM asked
LEFT JOIN claimed ON claimed.id = asked.id
