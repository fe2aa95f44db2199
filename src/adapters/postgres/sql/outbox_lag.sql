SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8
FROM outbox
