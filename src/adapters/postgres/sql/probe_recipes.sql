-- What is common is found among the newest: reading stops as soon as a page is full. The inner limit keeps the condition
-- out of the index scan's hands, so this costs at most that many rows, whatever is asked for.
SELECT recipe.document, recipe.created_at, recipe.id
FROM (
    SELECT recipe_id, created_at, facets, ingredients, free_from
    FROM recipe_search
    WHERE status = 'published' AND (created_at, recipe_id) < ($2, $3)
    ORDER BY created_at DESC, recipe_id DESC
    LIMIT 2000
) AS newest
JOIN recipe ON recipe.id = newest.recipe_id
WHERE newest.facets || newest.ingredients || newest.free_from @> $1
ORDER BY newest.created_at DESC, newest.recipe_id DESC
LIMIT $4
