SELECT idempotency_record.fingerprint, idempotency_record.outcome, job.*
FROM idempotency_record
LEFT JOIN job ON job.id = idempotency_record.job_id
WHERE idempotency_record.scope = $1 AND idempotency_record.key = $2
