-- The lock keeps two readers of one recipe from mixing their lines, and a revision from being overwritten by a late one.
WITH locked AS (
    SELECT id, owner, status AS recipe_status, created_at
    FROM recipe
    WHERE id = $1 AND version = $2
    FOR UPDATE
),
found_by AS (
    INSERT INTO recipe_search (recipe_id, owner, status, created_at, facets, ingredients)
    SELECT id, owner, recipe_status, created_at, $14, $15
    FROM locked
    ON CONFLICT (recipe_id) DO UPDATE
    SET status = excluded.status, facets = excluded.facets, ingredients = excluded.ingredients
),
fewer AS (
    DELETE FROM recipe_line
    USING locked
    WHERE recipe_id = locked.id AND position >= cardinality($3::text[])
)
INSERT INTO recipe_line (
    recipe_id, position, raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional, sub_recipe_id, sub_recipe_millionths
)
SELECT
    locked.id, position - 1, raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional, sub_recipe_id, sub_recipe_millionths
FROM locked, unnest(
    $3::text[], $4::integer[], $5::real[], $6::text[], $7::text[],
    $8::bigint[], $9::bigint[], $10::bigint[], $11::boolean[], $12::uuid[], $13::bigint[]
) WITH ORDINALITY AS line (
    raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional, sub_recipe_id, sub_recipe_millionths, position
)
ON CONFLICT (recipe_id, position) DO UPDATE
SET raw = excluded.raw, parser_version = excluded.parser_version, confidence = excluded.confidence,
    status = excluded.status, ingredient = excluded.ingredient, micrograms = excluded.micrograms,
    micrograms_low = excluded.micrograms_low, micrograms_high = excluded.micrograms_high,
    is_optional = excluded.is_optional, sub_recipe_id = excluded.sub_recipe_id,
    sub_recipe_millionths = excluded.sub_recipe_millionths
