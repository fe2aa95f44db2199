WITH old AS (
    SELECT scope, key
    FROM idempotency_record
    WHERE expires_at < statement_timestamp()
    ORDER BY expires_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM idempotency_record
    USING old
    WHERE idempotency_record.scope = old.scope AND idempotency_record.key = old.key
    RETURNING idempotency_record.key
)
SELECT count(*)
FROM gone
