-- Twice as long each time, at most ten minutes.
UPDATE outbox
SET refusals = refusals + 1,
    available_at = clock_timestamp() + make_interval(secs => least(600, power(2, least(refusals, 10))))
WHERE position = ANY ($1::bigint[])
