INSERT INTO ingredient (name, definition)
SELECT name, definition::json
FROM unnest($1::text[], $2::text[]) AS given (name, definition)
