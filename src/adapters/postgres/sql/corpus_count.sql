SELECT count(*)
FROM recipe
WHERE recipe.status = 'published'
    AND ($1::uuid[] IS NULL OR recipe.id = ANY ($1))
    AND ($2::text IS NULL OR recipe.category = $2)
    AND ($3::text IS NULL OR $3 = ANY (recipe.tags))
