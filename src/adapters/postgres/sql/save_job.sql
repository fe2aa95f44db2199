-- The fence: only the running attempt may end or release the job.
UPDATE job
SET status = $3,
    finished_at = $4,
    result_resource = $5,
    result_id = $6,
    is_result_reused = $12,
    failure = $7,
    max_attempts = $8,
    progress_done = $9,
    progress_total = $10,
    lease_until = NULL,
    announced_at = clock_timestamp() + make_interval(secs => $11)
WHERE id = $1 AND attempt = $2 AND status = 'running'
RETURNING id
