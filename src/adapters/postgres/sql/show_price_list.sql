SELECT price_list.document, price_list.version
FROM set_config('application_name', $4, true)
LEFT JOIN price_list ON price_list.id = $1 AND (price_list.owner = $2 OR $3)
