-- Price lists and menu plans. New tables: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE price_list (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    -- The public representation, passed through byte for byte.
    document json NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE price (
    price_list_id uuid NOT NULL REFERENCES price_list (id) ON DELETE CASCADE,
    position integer NOT NULL,
    ingredient text NOT NULL,
    supplier text NOT NULL,
    pack_g numeric NOT NULL CHECK (pack_g > 0),
    amount numeric NOT NULL CHECK (amount >= 0),
    valid daterange NOT NULL CHECK (NOT isempty(valid)),
    -- The same pack of the same supplier, as a range of one number: PostgreSQL's own range types can be excluded without an
    -- extension, which a managed server may not have. Two packs share a number once in 2^63.
    offer int8range NOT NULL GENERATED ALWAYS AS (
        int8range(
            hashtextextended(ingredient || E'\x01' || supplier || E'\x01' || trim_scale(pack_g)::text, 0) >> 1,
            hashtextextended(ingredient || E'\x01' || supplier || E'\x01' || trim_scale(pack_g)::text, 0) >> 1,
            '[]'
        )
    ) STORED,
    list int8range NOT NULL GENERATED ALWAYS AS (
        int8range(hashtextextended(price_list_id::text, 0) >> 1, hashtextextended(price_list_id::text, 0) >> 1, '[]')
    ) STORED,
    PRIMARY KEY (price_list_id, position),
    CONSTRAINT price_has_no_overlap EXCLUDE USING gist (list WITH &&, offer WITH &&, valid WITH &&)
);

CREATE TABLE menu_plan (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    document json NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE INDEX price_list_of_owner ON price_list (owner, created_at DESC, id DESC);
CREATE INDEX menu_plan_of_owner ON menu_plan (owner, created_at DESC, id DESC);
