UPDATE idempotency_record
SET outcome = $4, expires_at = clock_timestamp() + interval '24 hours'
WHERE scope = $1 AND key = $2 AND outcome ->> 'owner' = $3
