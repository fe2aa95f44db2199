SELECT
    page.*,
    job.finished_at IS NOT NULL AS is_over,
    (
        SELECT coalesce(json_agg(webhook_attempt ORDER BY at), '[]')
        FROM webhook_attempt
        WHERE delivery_id = page.id
    ) AS attempts
FROM (
    SELECT *
    FROM webhook_delivery
    WHERE webhook_id = $1
        AND (created_at, id) < (
            coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        )
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS page
JOIN job ON job.id = page.id
ORDER BY page.created_at DESC, page.id DESC
