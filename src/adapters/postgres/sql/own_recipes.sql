SELECT recipe.document, recipe.created_at, recipe.id
FROM recipe_search AS found
JOIN recipe ON recipe.id = found.recipe_id
WHERE found.owner = $5 AND found.status = $6
    AND found.facets || found.ingredients || found.free_from @> $1
    AND (found.created_at, found.recipe_id) < ($2, $3)
ORDER BY found.created_at DESC, found.recipe_id DESC
LIMIT $4
