-- Which recipes, in which versions, their lines read with which catalogue: two sums of hashes, 128 bits in all.
SELECT
    count(*) AS recipes,
    sum(hashtextextended(name, 0)) AS one,
    sum(hashtextextended(name, 1)) AS other
FROM (
    SELECT recipe.id || ':' || recipe.version || ':' || coalesce(made.catalogue_version, '') AS name
    FROM recipe
    LEFT JOIN recipe_allergen AS made ON made.recipe_id = recipe.id AND made.recipe_version = recipe.version
    WHERE recipe.status = 'published'
        AND ($1::uuid[] IS NULL OR recipe.id = ANY ($1))
        AND ($2::text IS NULL OR recipe.category = $2)
        AND ($3::text IS NULL OR $3 = ANY (recipe.tags))
) AS selected
