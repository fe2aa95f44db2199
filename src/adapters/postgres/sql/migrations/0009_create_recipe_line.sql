-- What each ingredient line was read as, and which allergens follow for the whole recipe. Both follow recipe and catalogue
-- and can be rebuilt from them. New tables: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE recipe_line (
    recipe_id uuid NOT NULL REFERENCES recipe (id) ON DELETE CASCADE,
    -- Counted from 0 through all sections.
    position integer NOT NULL,
    raw text NOT NULL,
    parser_version integer NOT NULL,
    -- From 0 to 1: an order of readings, no probability.
    confidence real NOT NULL,
    status text NOT NULL CHECK (status IN ('resolved', 'to-taste', 'unresolved')),
    ingredient text,
    -- The middle of a range, and its ends; all three are NULL where the weight is unknown.
    micrograms bigint CHECK (micrograms >= 0),
    micrograms_low bigint CHECK (micrograms_low >= 0),
    micrograms_high bigint CHECK (micrograms_high >= micrograms_low),
    is_optional boolean NOT NULL,
    -- Another recipe that this line uses, and how much of its whole yield: 1,000,000 is all of it, NULL is unknown.
    sub_recipe_id uuid,
    sub_recipe_millionths bigint CHECK (sub_recipe_millionths >= 0),
    PRIMARY KEY (recipe_id, position)
);

CREATE INDEX recipe_line_ingredient ON recipe_line (ingredient, recipe_id);
CREATE INDEX recipe_line_sub_recipe ON recipe_line (sub_recipe_id) WHERE sub_recipe_id IS NOT NULL;

-- An allergen in none of the three is one that the recipe is free of.
CREATE TABLE recipe_allergen (
    recipe_id uuid PRIMARY KEY REFERENCES recipe (id) ON DELETE CASCADE,
    recipe_version integer NOT NULL,
    catalogue_version text NOT NULL,
    contained text[] NOT NULL,
    possible text[] NOT NULL,
    unknown text[] NOT NULL
);
