SELECT document
FROM menu_plan
WHERE id = $1
FOR UPDATE
