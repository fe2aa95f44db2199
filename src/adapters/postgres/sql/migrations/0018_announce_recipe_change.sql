-- Whoever changes or removes a recipe, by whatever way, tells the processes that keep what they have read of it.
-- Locks recipe against writers for an instant.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE FUNCTION announce_recipe_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An empty payload stands for all of them.
    PERFORM pg_notify('kondate_recipes', CASE WHEN TG_LEVEL = 'ROW' THEN OLD.id::text ELSE '' END);
    RETURN NULL;
END
$$;

CREATE TRIGGER recipe_change_is_announced AFTER UPDATE OR DELETE ON recipe
FOR EACH ROW EXECUTE FUNCTION announce_recipe_change();

CREATE TRIGGER recipe_truncation_is_announced AFTER TRUNCATE ON recipe
FOR EACH STATEMENT EXECUTE FUNCTION announce_recipe_change();
