UPDATE job
SET progress_done = $3, progress_total = $4
WHERE id = $1 AND attempt = $2 AND status = 'running'
