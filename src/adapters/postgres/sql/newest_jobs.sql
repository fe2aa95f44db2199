SELECT *
FROM job
WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR owner = $3)
ORDER BY created_at DESC, id DESC
LIMIT $4
