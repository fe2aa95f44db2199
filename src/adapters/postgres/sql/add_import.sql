INSERT INTO recipe_import (id, owner, document, created_at)
VALUES ($1, $2, $3, $4)
