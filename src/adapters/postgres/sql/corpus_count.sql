SELECT count(*)
FROM recipe
WHERE status = 'published'
    AND ($1::uuid[] IS NULL OR id = ANY ($1))
    AND ($2::text IS NULL OR category = $2)
    AND ($3::text IS NULL OR $3 = ANY (tags))
