-- The statuses are named so that the index can be used.
SELECT recipe_id
FROM recipe_search
WHERE owner = $1
    AND status IN ('draft', 'published', 'archived')
    AND created_at = $2
    AND ($3::uuid IS NULL OR recipe_id > $3)
ORDER BY recipe_id
LIMIT $4
