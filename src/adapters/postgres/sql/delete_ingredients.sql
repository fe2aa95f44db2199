DELETE FROM ingredient
WHERE owner IS NULL AND name <> ALL ($1::text[])
