SELECT recipe.id, recipe.version, recipe.document, kept.nutrition
FROM recipe
LEFT JOIN recipe_nutrition AS kept
    ON kept.recipe_id = recipe.id AND kept.recipe_version = recipe.version AND kept.catalogue_version = $4
WHERE recipe.status = 'published'
    AND ($1::uuid[] IS NULL OR recipe.id = ANY ($1))
    AND ($2::text IS NULL OR recipe.category = $2)
    AND ($3::text IS NULL OR $3 = ANY (recipe.tags))
ORDER BY recipe.id
