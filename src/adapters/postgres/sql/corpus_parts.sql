-- The recipes that the selected ones use, directly or through others; as deep as they may be, and no deeper.
WITH RECURSIVE used (id, depth) AS (
    SELECT line.sub_recipe_id, 1
    FROM recipe
    JOIN recipe_line AS line ON line.recipe_id = recipe.id
    WHERE line.sub_recipe_id IS NOT NULL
        AND recipe.status = 'published'
        AND ($1::uuid[] IS NULL OR recipe.id = ANY ($1))
        AND ($2::text IS NULL OR recipe.category = $2)
        AND ($3::text IS NULL OR $3 = ANY (recipe.tags))
    UNION
    SELECT line.sub_recipe_id, used.depth + 1
    FROM used
    JOIN recipe_line AS line ON line.recipe_id = used.id
    WHERE line.sub_recipe_id IS NOT NULL AND used.depth < 8
)
SELECT
    recipe.id, recipe.version, recipe.name, recipe.category, recipe.servings,
    fact.lines, fact.resolved, fact.ingredients, fact.weights, fact.unread, fact.parts, fact.part_millionths
FROM recipe
JOIN recipe_fact AS fact ON fact.recipe_id = recipe.id
WHERE recipe.id IN (SELECT id FROM used)
