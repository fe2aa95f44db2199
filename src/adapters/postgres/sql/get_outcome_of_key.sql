SELECT fingerprint, outcome, job_id
FROM idempotency_record
WHERE scope = $1 AND key = $2
