SELECT
    recipe.id, recipe.version, recipe.name, recipe.category, recipe.servings,
    fact.lines, fact.resolved, fact.ingredients, fact.weights, fact.unread, fact.parts, fact.part_millionths
FROM recipe
JOIN recipe_fact AS fact ON fact.recipe_id = recipe.id
WHERE recipe.status = 'published'
    AND ($1::uuid[] IS NULL OR recipe.id = ANY ($1))
    AND ($2::text IS NULL OR recipe.category = $2)
    AND ($3::text IS NULL OR $3 = ANY (recipe.tags))
