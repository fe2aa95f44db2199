-- The lock keeps two readers of one recipe from mixing their lines, and a revision from being overwritten by a late one.
WITH locked AS (
    SELECT id
    FROM recipe
    WHERE id = $1 AND version = $2
    FOR UPDATE
)
INSERT INTO recipe_line AS kept (
    recipe_id, position, raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional
)
SELECT
    locked.id, position - 1, raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional
FROM locked, unnest(
    $3::text[], $4::integer[], $5::real[], $6::text[], $7::text[],
    $8::bigint[], $9::bigint[], $10::bigint[], $11::boolean[]
) WITH ORDINALITY AS line (
    raw, parser_version, confidence, status, ingredient,
    micrograms, micrograms_low, micrograms_high, is_optional, position
)
ON CONFLICT (recipe_id, position) DO UPDATE
SET raw = excluded.raw, parser_version = excluded.parser_version, confidence = excluded.confidence,
    status = excluded.status, ingredient = excluded.ingredient, micrograms = excluded.micrograms,
    micrograms_low = excluded.micrograms_low, micrograms_high = excluded.micrograms_high,
    is_optional = excluded.is_optional
