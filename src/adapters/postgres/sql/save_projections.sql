-- Rows are taken in one order, so that two writers cannot wait for each other.
WITH given AS (
    SELECT
        recipe_id, recipe_version, catalogue_version, nutrition, contained, possible, unknown,
        jp_contained, jp_possible, jp_free, free_from
    FROM unnest(
        $1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[]
    ) AS given (
        recipe_id, recipe_version, catalogue_version, nutrition, contained, possible, unknown,
        jp_contained, jp_possible, jp_free, free_from
    )
    ORDER BY recipe_id
),
nutrition AS (
    INSERT INTO recipe_nutrition AS kept (recipe_id, recipe_version, catalogue_version, nutrition)
    SELECT recipe_id, recipe_version, catalogue_version, nutrition::json
    FROM given
    ON CONFLICT (recipe_id) DO UPDATE
    SET recipe_version = excluded.recipe_version, catalogue_version = excluded.catalogue_version, nutrition = excluded.nutrition
    WHERE kept.recipe_version <= excluded.recipe_version
),
found_by AS (
    UPDATE recipe_search
    SET free_from = string_to_array(given.free_from, ',')
    FROM given
    JOIN recipe ON recipe.id = given.recipe_id AND recipe.version = given.recipe_version
    WHERE recipe_search.recipe_id = given.recipe_id
)
INSERT INTO recipe_allergen AS kept (
    recipe_id, recipe_version, catalogue_version, contained, possible, unknown, jp_contained, jp_possible, jp_free
)
SELECT
    recipe_id, recipe_version, catalogue_version,
    string_to_array(contained, ','), string_to_array(possible, ','), string_to_array(unknown, ','),
    string_to_array(jp_contained, ','), string_to_array(jp_possible, ','), string_to_array(jp_free, ',')
FROM given
ON CONFLICT (recipe_id) DO UPDATE
SET recipe_version = excluded.recipe_version, catalogue_version = excluded.catalogue_version,
    contained = excluded.contained, possible = excluded.possible, unknown = excluded.unknown,
    jp_contained = excluded.jp_contained, jp_possible = excluded.jp_possible, jp_free = excluded.jp_free,
    jp_writes = kept.jp_writes + 1
WHERE kept.recipe_version <= excluded.recipe_version
