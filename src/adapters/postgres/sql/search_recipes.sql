-- What is rare is found by the index. MATERIALIZED, since the planner would otherwise walk through all recipes by date in the
-- hope of an early end that a rare thing does not bring.
WITH found AS MATERIALIZED (
    SELECT recipe_id, created_at
    FROM recipe_search
    WHERE facets || ingredients || free_from @> $1 AND status = 'published' AND (created_at, recipe_id) < ($2, $3)
)
SELECT recipe.document, recipe.created_at, recipe.id
FROM (SELECT recipe_id, created_at FROM found ORDER BY created_at DESC, recipe_id DESC LIMIT $4) AS page
JOIN recipe ON recipe.id = page.recipe_id
ORDER BY page.created_at DESC, page.recipe_id DESC
