SELECT job.*
FROM job
WHERE job.id = $1 AND job.owner = $2
