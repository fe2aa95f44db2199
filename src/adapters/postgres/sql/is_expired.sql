SELECT EXISTS (SELECT FROM expired WHERE id = $1 AND owner = $2)
