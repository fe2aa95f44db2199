-- Those that are not there yet; a rival that adds the same recipe, and has not committed, is waited for.
INSERT INTO recipe (id, owner, version, status, category, tags, document, created_at, updated_at)
SELECT id, $2, 1, status, category, string_to_array(tags, E'\x1f'), document::json, $8, $8
FROM unnest($1::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[])
    AS given (id, status, category, tags, document, exported_id)
WHERE NOT EXISTS (SELECT FROM recipe AS known WHERE known.id = given.exported_id AND known.owner = $2)
ON CONFLICT (id) DO NOTHING
RETURNING id
