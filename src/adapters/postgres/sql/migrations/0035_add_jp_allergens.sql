-- Which allergens of Japan's list follow for each recipe, beside those of the EU's. Columns with constant defaults rewrite
-- nothing: locks recipe_allergen for an instant. Recipes that are there already are free of none of them until they are worked
-- out anew (`kondate project rebuild`, or any change of theirs).
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE recipe_allergen
    ADD COLUMN jp_contained text[] NOT NULL DEFAULT '{}',
    ADD COLUMN jp_possible text[] NOT NULL DEFAULT '{}',
    -- An allergen in none of the three is unknown, other than in the EU's columns: whoever says nothing promises nothing.
    ADD COLUMN jp_free text[] NOT NULL DEFAULT '{}',
    -- Another at each write of these columns; that is how one by a process of an older release is told.
    ADD COLUMN jp_writes integer NOT NULL DEFAULT 0;

-- An older process writes a row anew without these columns. What they said followed from other lines then, or from another
-- catalogue, so it is not known any more. (In recipe_search the list is part of free_from, which such a process replaces.)
CREATE FUNCTION forget_jp_allergens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.jp_contained := '{}';
    NEW.jp_possible := '{}';
    NEW.jp_free := '{}';
    RETURN NEW;
END
$$;

CREATE TRIGGER unsaid_jp_allergens_are_unknown BEFORE UPDATE ON recipe_allergen
FOR EACH ROW WHEN (NEW.jp_writes = OLD.jp_writes) EXECUTE FUNCTION forget_jp_allergens();
