SELECT document
FROM price_list
WHERE id = $1
