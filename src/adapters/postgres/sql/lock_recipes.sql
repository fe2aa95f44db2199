-- Locked in one order, so that two who want the same recipes do not wait for each other.
SELECT document
FROM recipe
WHERE id = ANY ($1::uuid[])
ORDER BY id
FOR UPDATE
