INSERT INTO ingredient AS kept (id, name, definition)
SELECT id, name, definition::json
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS given (id, name, definition)
ON CONFLICT (name) DO UPDATE
SET definition = excluded.definition, version = kept.version + 1
WHERE kept.owner IS NULL AND kept.definition::text <> excluded.definition::text
