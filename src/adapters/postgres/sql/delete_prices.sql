DELETE FROM price
WHERE price_list_id = $1
