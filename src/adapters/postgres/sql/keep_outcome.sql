INSERT INTO idempotency_record (scope, key, fingerprint, outcome, expires_at)
VALUES ($1, $2, $3, $4, clock_timestamp() + $5)
ON CONFLICT (scope, key) DO NOTHING
RETURNING key
