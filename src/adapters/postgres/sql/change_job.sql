UPDATE job
SET status = $2, finished_at = $3, failure = $4, cancel_requested = $5
WHERE id = $1
