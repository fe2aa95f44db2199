INSERT INTO idempotency_record (scope, key, fingerprint, outcome)
VALUES ($1, $2, $3, $4)
ON CONFLICT (scope, key) DO NOTHING
RETURNING key
