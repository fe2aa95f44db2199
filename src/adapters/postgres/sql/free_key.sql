DELETE FROM idempotency_record
WHERE scope = $1 AND key = $2 AND outcome ->> 'owner' = $3
