UPDATE job
SET lease_until = clock_timestamp() + make_interval(secs => $3)
FROM unnest($1::uuid[], $2::integer[]) AS running (id, attempt)
WHERE job.id = running.id AND job.attempt = running.attempt AND job.status = 'running'
RETURNING job.id
