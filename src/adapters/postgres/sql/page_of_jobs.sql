SELECT *
FROM job
WHERE owner = $1
    AND ($2::text IS NULL OR status = $2)
    AND (created_at, id) < (
        coalesce($3::timestamptz, 'infinity'), coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    )
ORDER BY created_at DESC, id DESC
LIMIT $5
