UPDATE idempotency_record
SET outcome = $4, expires_at = clock_timestamp() + $5
WHERE scope = $1 AND key = $2 AND outcome ->> 'owner' = $3
