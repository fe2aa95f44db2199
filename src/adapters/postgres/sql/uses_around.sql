-- UNION, not UNION ALL: each recipe is visited once, however many ways lead to it.
WITH RECURSIVE below (id) AS (
    SELECT unnest($1::uuid[])
    UNION
    SELECT line.sub_recipe_id
    FROM below
    JOIN recipe_line AS line ON line.recipe_id = below.id
    WHERE line.sub_recipe_id IS NOT NULL
),
above (id) AS (
    SELECT unnest($1::uuid[])
    UNION
    SELECT line.recipe_id
    FROM above
    JOIN recipe_line AS line ON line.sub_recipe_id = above.id
)
SELECT DISTINCT line.recipe_id, line.sub_recipe_id
FROM (SELECT id FROM below UNION SELECT id FROM above) AS found
JOIN recipe_line AS line ON line.recipe_id = found.id
WHERE line.sub_recipe_id IS NOT NULL
