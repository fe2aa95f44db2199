SELECT kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at)) AS seconds
FROM (
    SELECT kind, started_at, finished_at
    FROM job
    WHERE finished_at IS NOT NULL
    ORDER BY finished_at DESC
    LIMIT 200
) AS recent
WHERE started_at IS NOT NULL
GROUP BY kind
