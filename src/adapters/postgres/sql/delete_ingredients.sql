DELETE FROM ingredient
