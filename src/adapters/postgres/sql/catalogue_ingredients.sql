SELECT definition
FROM ingredient
ORDER BY name
