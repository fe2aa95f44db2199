SELECT id, document
FROM recipe
WHERE ($1::text IS NULL OR owner = $1)
    AND ($1 IS NOT NULL OR status = 'published')
    AND ($2::uuid[] IS NULL OR id = ANY ($2))
    AND ($3::text IS NULL OR category = $3)
    AND ($4::text IS NULL OR $4 = ANY (tags))
    AND ($5::uuid IS NULL OR id > $5)
ORDER BY id
LIMIT $6
