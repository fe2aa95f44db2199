-- Each name is a list of pieces that a line with it must have; the index finds them one name after the other.
SELECT DISTINCT found.recipe_id
FROM unnest($1::text[]) AS asked (pieces)
JOIN recipe_search AS found
    ON found.facets || found.ingredients || found.free_from @> string_to_array(asked.pieces, E'\x1f')
WHERE $2::uuid IS NULL OR found.recipe_id > $2
ORDER BY found.recipe_id
LIMIT $3
