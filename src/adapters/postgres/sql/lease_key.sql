-- The key is owned until the lease lapses; what a live row holds is left alone, and no row comes back.
INSERT INTO idempotency_record (scope, key, fingerprint, outcome, expires_at)
VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
ON CONFLICT (scope, key) DO UPDATE
SET fingerprint = EXCLUDED.fingerprint, outcome = EXCLUDED.outcome, expires_at = EXCLUDED.expires_at
WHERE idempotency_record.expires_at < statement_timestamp()
RETURNING key
