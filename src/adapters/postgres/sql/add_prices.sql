INSERT INTO price (price_list_id, position, ingredient, supplier, pack_g, amount, valid)
SELECT $1, position - 1, ingredient, supplier, pack_g, amount, daterange(valid_from, valid_until, '[]')
FROM unnest($2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::date[], $7::date[]) WITH ORDINALITY
    AS given (ingredient, supplier, pack_g, amount, valid_from, valid_until, position)
