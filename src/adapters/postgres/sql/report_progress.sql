UPDATE job
SET progress_done = reported.done, progress_total = reported.total
FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[]) AS reported (id, attempt, done, total)
WHERE job.id = reported.id AND job.attempt = reported.attempt AND job.status = 'running'
