INSERT INTO ingredient (id, owner, version, name, definition)
VALUES ($1, $2, $3, $4, $5::text::json)
ON CONFLICT (id) DO UPDATE
SET owner = excluded.owner, version = excluded.version, name = excluded.name, definition = excluded.definition
