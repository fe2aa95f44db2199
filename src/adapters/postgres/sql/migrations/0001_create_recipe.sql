-- Recipes and the catalogue that their lines are read against. New tables: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE recipe (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    status text NOT NULL CHECK (status IN ('draft', 'published', 'archived')),
    category text,
    tags text[] NOT NULL DEFAULT '{}',
    -- The public representation, kept as text so that a read passes it through byte for byte.
    document json NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE ingredient (
    name text PRIMARY KEY,
    definition json NOT NULL
);

CREATE TABLE catalogue (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- A digest of every definition: it changes when, and only when, an ingredient does.
    version text NOT NULL
);

-- A projection: it follows recipe and catalogue, and can be rebuilt from them.
CREATE TABLE recipe_nutrition (
    recipe_id uuid PRIMARY KEY REFERENCES recipe (id) ON DELETE CASCADE,
    recipe_version integer NOT NULL,
    catalogue_version text NOT NULL,
    nutrition json NOT NULL
);

CREATE INDEX recipe_newest ON recipe (created_at DESC, id DESC) WHERE status = 'published';
