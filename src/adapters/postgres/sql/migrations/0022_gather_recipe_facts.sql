-- What reports read of each recipe, in one row instead of one a line: kept by the database itself, so that whoever writes lines keeps
-- it true. The backfill reads every line once, a second for some 30,000 recipes, and holds writers of lines off meanwhile.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '300s';

CREATE TABLE recipe_fact (
    recipe_id uuid PRIMARY KEY REFERENCES recipe (id) ON DELETE CASCADE,
    lines integer NOT NULL,
    resolved integer NOT NULL,
    -- One entry a line that is no other recipe, NULL where unknown; NULL instead of an empty list.
    ingredients text[],
    weights bigint[],
    unread text[],
    parts uuid[],
    part_millionths bigint[]
);

-- By the index whatever the planner remembers: it may have planned this when there were few lines.
CREATE FUNCTION gather_recipe_facts() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO recipe_fact AS kept
    SELECT changed_recipe.recipe_id, gathered.*
    FROM (SELECT DISTINCT recipe_id FROM changed) AS changed_recipe
    CROSS JOIN LATERAL (
        SELECT
            count(*),
            count(*) FILTER (WHERE status <> 'unresolved' AND sub_recipe_id IS NULL),
            array_agg(ingredient) FILTER (WHERE sub_recipe_id IS NULL),
            array_agg(micrograms) FILTER (WHERE sub_recipe_id IS NULL),
            array_agg(raw) FILTER (WHERE sub_recipe_id IS NULL AND ingredient IS NULL),
            array_agg(sub_recipe_id) FILTER (WHERE sub_recipe_id IS NOT NULL),
            array_agg(sub_recipe_millionths) FILTER (WHERE sub_recipe_id IS NOT NULL)
        FROM recipe_line
        WHERE recipe_line.recipe_id = changed_recipe.recipe_id
        HAVING count(*) > 0
    ) AS gathered
    ON CONFLICT (recipe_id) DO UPDATE
    SET lines = excluded.lines, resolved = excluded.resolved, ingredients = excluded.ingredients,
        weights = excluded.weights, unread = excluded.unread, parts = excluded.parts,
        part_millionths = excluded.part_millionths;
    RETURN NULL;
END
$$;

CREATE TRIGGER added_lines_are_gathered AFTER INSERT ON recipe_line
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gather_recipe_facts();

CREATE TRIGGER changed_lines_are_gathered AFTER UPDATE ON recipe_line
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gather_recipe_facts();

CREATE TRIGGER fewer_lines_are_gathered AFTER DELETE ON recipe_line
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gather_recipe_facts();

INSERT INTO recipe_fact
SELECT
    recipe_id,
    count(*),
    count(*) FILTER (WHERE status <> 'unresolved' AND sub_recipe_id IS NULL),
    array_agg(ingredient) FILTER (WHERE sub_recipe_id IS NULL),
    array_agg(micrograms) FILTER (WHERE sub_recipe_id IS NULL),
    array_agg(raw) FILTER (WHERE sub_recipe_id IS NULL AND ingredient IS NULL),
    array_agg(sub_recipe_id) FILTER (WHERE sub_recipe_id IS NOT NULL),
    array_agg(sub_recipe_millionths) FILTER (WHERE sub_recipe_id IS NOT NULL)
FROM recipe_line
GROUP BY recipe_id;
