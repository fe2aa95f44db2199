WITH added AS (
    INSERT INTO recipe (id, owner, version, status, category, tags, document, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
),
found_by AS (
    INSERT INTO recipe_search (recipe_id, owner, status, created_at, facets, ingredients)
    VALUES ($1, $2, $4, $8, $21, $22)
)
INSERT INTO recipe_line (
    recipe_id, position, raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional, sub_recipe_id, sub_recipe_millionths
)
SELECT
    $1, position - 1, raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional, sub_recipe_id, sub_recipe_millionths
FROM unnest(
    $10::text[], $11::integer[], $12::real[], $13::text[], $14::text[],
    $15::bigint[], $16::bigint[], $17::bigint[], $18::boolean[], $19::uuid[], $20::bigint[]
) WITH ORDINALITY AS line (
    raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional, sub_recipe_id, sub_recipe_millionths, position
)
