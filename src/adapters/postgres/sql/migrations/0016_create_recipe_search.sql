-- What recipes are found by. It follows recipe and its projections and can be rebuilt from them (`kondate project rebuild`, which
-- a database with recipes needs once). A new table: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE recipe_search (
    recipe_id uuid PRIMARY KEY REFERENCES recipe (id) ON DELETE CASCADE,
    owner text NOT NULL,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Pieces of its texts, and its tags.
    facets text[] NOT NULL,
    ingredients text[] NOT NULL,
    -- Allergens that it is free of for certain; empty until that was worked out.
    free_from text[] NOT NULL DEFAULT '{}'
);

CREATE INDEX recipe_search_newest ON recipe_search (created_at DESC, recipe_id DESC) WHERE status = 'published';
CREATE INDEX recipe_search_own ON recipe_search (owner, status, created_at DESC, recipe_id DESC);
-- One list, since an index with three columns would read all of the columns that a search does not ask about. Few rows wait
-- outside the index: every search reads those one by one.
CREATE INDEX recipe_search_found_by ON recipe_search
USING gin ((facets || ingredients || free_from)) WITH (gin_pending_list_limit = 256);
