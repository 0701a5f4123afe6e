-- Comparing with other systems: what they state, where we differ, and what was corrected because of it.

-- A statement of stock. It is compared once every event that was in the log when it came has been handled (`heads`).
-- What fails is put off until `wait_until` (technical time); `failure` is what went wrong the last time.
create table stock_statement (
    id uuid primary key,
    company_id text collate "C" not null,
    system text collate "C" not null,
    location text collate "C" not null,
    number text collate "C" not null,
    subject text collate "C" not null,
    kind text not null,
    counted boolean not null,
    complete boolean not null,
    lists_facts boolean not null,
    conditions text[] not null,
    stated_at timestamptz not null,
    received_at timestamptz not null,
    uncertainty_seconds integer not null,
    sequence bigint,
    heads bigint[] not null,
    compared_at timestamptz,
    levels integer not null,
    differences integer,
    attempts integer not null default 0,
    wait_until timestamptz not null default '-infinity',
    failure text not null default ''
) with (fillfactor = 70);
create unique index stock_statement_named on stock_statement (company_id, system, location, number);
create index stock_statement_waiting on stock_statement (stated_at) where compared_at is null;
create index stock_statement_compared on stock_statement (stated_at) where compared_at is not null;
create index stock_statement_latest on stock_statement (company_id, system, location, stated_at);

-- Its levels, but for those of nothing. Kept while a later statement may need them; the log has the whole for ever.
create table stated_level (
    statement uuid not null,
    item text collate "C" not null,
    condition text collate "C" not null,
    lot text collate "C" not null,
    quantity numeric not null,
    unit text not null,
    primary key (statement, item, condition, lot)
);

-- The changes of stock that the other system lists, each once.
create table stated_fact (
    company_id text collate "C" not null,
    system text collate "C" not null,
    location text collate "C" not null,
    item text collate "C" not null,
    number text collate "C" not null,
    at timestamptz not null,
    changes text not null,
    what text not null,
    reference text collate "C" not null,
    again text not null,
    listed_at timestamptz not null, -- the moment of the statement that listed it first
    primary key (company_id, system, location, item, number)
);

create index stated_fact_at on stated_fact (at);

-- Where two systems differ: one row per system, location and item that lives while the difference does.
create table drift (
    id uuid primary key,
    company_id text collate "C" not null,
    system text collate "C" not null,
    location text collate "C" not null,
    item text collate "C" not null,
    kind text not null,
    state text not null,
    cause text not null,
    detail text not null,
    evidence text not null,
    differences text not null,  -- theirs less ours, by condition
    units numeric not null,
    money numeric,
    currency text not null default '',
    rule text not null,
    window_minutes integer not null,
    agreed_at timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    due_at timestamptz not null,
    requested_at timestamptz,
    proposed text not null default '',
    rejected text not null default '',
    correction text collate "C" not null default '',
    proposals integer not null default 0,
    changes integer not null default 1,
    closed_at timestamptz,
    resolution text not null default '',
    looked_at timestamptz -- the last statement whose difference was looked into
) with (fillfactor = 60);
create unique index drift_alive on drift (company_id, system, location, item) where closed_at is null;
create index drift_closed on drift (closed_at) where closed_at is not null;

-- How a drift went on: a row whenever something about it changed.
create table drift_change (
    drift uuid not null,
    number integer not null,
    at timestamptz not null,
    statement text collate "C" not null,
    state text not null,
    cause text not null,
    detail text not null,
    differences text not null,
    units numeric not null,
    primary key (drift, number)
);

-- What was found to be there at a moment, and was booked or is proposed because of it. Facts of before that moment
-- which were not in `seen` change nothing any more about what was there: the correction is derived again.
create table stock_assertion (
    subject text collate "C" primary key,
    company_id text collate "C" not null,
    location text collate "C" not null,
    item text collate "C" not null,
    at timestamptz not null,
    seen pg_snapshot not null,
    derived integer not null default 0,
    places text[] collate "C" not null, -- the location and all that is part of it: facts may be booked at its bins
    -- What came since this snapshot is still to be told, for telling it failed; it is put off until `wait_until`
    -- (technical time).
    untold_since text not null default '',
    attempts integer not null default 0,
    wait_until timestamptz not null default '-infinity',
    failure text not null default ''
) with (fillfactor = 70);
create index stock_assertion_untold on stock_assertion (wait_until) where untold_since <> '';
create index stock_assertion_of on stock_assertion (company_id, item, at);

-- Moments of the ledger: whatever was recorded before `at` has a lower transaction id.
create table ledger_moment (
    at timestamptz primary key,
    transaction_id bigint not null,
    noted_at timestamptz not null default clock_timestamp()
);
