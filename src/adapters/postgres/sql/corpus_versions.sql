-- Which recipes, in which versions, their lines read with which catalogue: one digest of all.
SELECT encode(sha256(convert_to(coalesce(
    string_agg(recipe.id || ':' || recipe.version || ':' || coalesce(made.catalogue_version, ''), ';' ORDER BY recipe.id),
    ''
), 'UTF8')), 'hex')
FROM recipe
LEFT JOIN recipe_allergen AS made ON made.recipe_id = recipe.id AND made.recipe_version = recipe.version
WHERE recipe.status = 'published'
    AND ($1::uuid[] IS NULL OR recipe.id = ANY ($1))
    AND ($2::text IS NULL OR recipe.category = $2)
    AND ($3::text IS NULL OR $3 = ANY (recipe.tags))
