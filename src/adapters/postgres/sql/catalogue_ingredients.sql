SELECT id, owner, version, definition
FROM ingredient
ORDER BY name COLLATE "C"
