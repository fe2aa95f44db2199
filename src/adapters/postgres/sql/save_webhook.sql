UPDATE webhook
SET secret = $2, old_secret = $3, old_secret_until = $4, failing_since = $5, disabled = $6
WHERE id = $1
