SELECT
    recipe.id, recipe.version, recipe.name, recipe.category, recipe.servings,
    count(*) AS lines,
    count(*) FILTER (WHERE line.status <> 'unresolved' AND line.sub_recipe_id IS NULL) AS resolved,
    array_agg(line.ingredient) FILTER (WHERE line.sub_recipe_id IS NULL) AS ingredients,
    array_agg(line.micrograms) FILTER (WHERE line.sub_recipe_id IS NULL) AS weights,
    array_agg(line.raw) FILTER (WHERE line.sub_recipe_id IS NULL AND line.ingredient IS NULL) AS unread,
    array_agg(line.sub_recipe_id) FILTER (WHERE line.sub_recipe_id IS NOT NULL) AS parts,
    array_agg(line.sub_recipe_millionths) FILTER (WHERE line.sub_recipe_id IS NOT NULL) AS part_millionths
FROM recipe
JOIN recipe_line AS line ON line.recipe_id = recipe.id
WHERE recipe.status = 'published'
    AND ($1::uuid[] IS NULL OR recipe.id = ANY ($1))
    AND ($2::text IS NULL OR recipe.category = $2)
    AND ($3::text IS NULL OR $3 = ANY (recipe.tags))
GROUP BY recipe.id
