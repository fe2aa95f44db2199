SELECT document
FROM recipe
WHERE id = ANY ($1::uuid[])
