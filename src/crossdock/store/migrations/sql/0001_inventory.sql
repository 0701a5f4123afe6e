-- The Promise Ledger. Two books, each with its own movements; a movement's number comes from its position's counter,
-- so it is gapless per position. No foreign keys: these are the hottest tables there are.

-- Physical book: what is where, one column per physical state. Quantities in the item's base unit.
create table stock_position (
    company_id text collate "C" not null,
    item text collate "C" not null,
    location text collate "C" not null,
    owner text collate "C" not null,
    lot text collate "C" not null,
    id bigint generated always as identity,
    unrestricted numeric not null default 0,
    picked numeric not null default 0,
    packed numeric not null default 0,
    in_transfer numeric not null default 0,
    quarantined numeric not null default 0,
    damaged numeric not null default 0,
    expired numeric not null default 0,
    counter bigint not null default 0,
    primary key (company_id, item, location, owner, lot)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- Promise book: what may still be promised. `on_hand` is the unrestricted stock of all owners and lots, kept in the
-- transaction that moves it; free = on_hand - safety - reserved - allocated.
create table promise_position (
    company_id text collate "C" not null,
    item text collate "C" not null,
    location text collate "C" not null,
    pool text collate "C" not null,
    id bigint generated always as identity,
    on_hand numeric not null default 0,
    reserved numeric not null default 0,
    allocated numeric not null default 0,
    safety numeric not null default 0,
    counter bigint not null default 0,
    primary key (company_id, item, location, pool)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- Everything that was ever asked of the ledger, refused requests too: key, content, answer.
create table ledger_entry (
    digest bytea primary key,
    company_id text not null,
    key text not null,
    what text not null,
    subject text not null,
    document text not null default '',
    reason text not null default '',
    actor text not null,
    content bytea not null,
    answer text not null default '',
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now()
) with (fillfactor = 85);

-- A physical movement: one row, from one state to another, with the second quantity of catch weight items. Goods that
-- change location are in the numbering of both positions.
create table stock_movement (
    position_id bigint not null,
    number bigint not null,
    to_position_id bigint,
    to_number bigint,
    from_state text not null,
    to_state text not null,
    quantity numeric not null,
    second_quantity numeric,
    second_unit text not null default '',
    line text not null,
    reservation text not null default '',
    entry bytea not null,
    transaction_id bigint not null,
    primary key (position_id, number)
);
create index stock_movement_transferred on stock_movement (to_position_id, to_number) where to_position_id is not null;
create index stock_movement_in_order on stock_movement using brin (transaction_id) with (autosummarize = on);

-- A change of a promise position, with what was free after it: so a grant can be proved to have been backed.
create table promise_movement (
    position_id bigint not null,
    number bigint not null,
    kind text not null,
    reservation text not null default '',
    on_hand numeric not null default 0,
    reserved numeric not null default 0,
    allocated numeric not null default 0,
    safety numeric not null default 0,
    free_after numeric not null,
    entry bytea not null,
    transaction_id bigint not null,
    primary key (position_id, number)
);
create index promise_movement_in_order on promise_movement using brin (transaction_id) with (autosummarize = on);

-- Promises, granted and waiting. `waiting` rows are told shortages (counted in `reserved`) and backorders (not).
create table reservation (
    id text collate "C" primary key,
    company_id text collate "C" not null,
    subject text collate "C" not null default '',
    kind text not null,
    request text not null default '',
    line text not null default '',
    item text collate "C" not null,
    location text collate "C" not null,
    pool text collate "C" not null default '',
    quantity numeric not null,
    remaining numeric not null,
    state text not null,
    waiting boolean not null default false,
    whole boolean not null default false,
    candidates text[] not null,
    source text not null default '',
    expires_at timestamptz,
    due_on date,
    backorder text not null default '',
    fills integer not null default 0,
    asked_number bigint generated always as identity (cache 1),
    entry bytea not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create index reservation_of_case on reservation (subject) where subject <> '';
create index reservation_waiting on reservation (company_id, item) where waiting;
create index reservation_expiring on reservation (expires_at) where expires_at is not null;

-- Supply that is believed in but not here: open = quantity - received. `pegged` of it is promised to waiting rows.
create table expected_supply (
    company_id text collate "C" not null,
    source text collate "C" not null,
    line text collate "C" not null,
    item text collate "C" not null,
    location text collate "C" not null,
    quantity numeric not null,
    received numeric not null default 0,
    pegged numeric not null default 0,
    expected_on date not null,
    confidence text not null,
    is_open boolean not null,
    entry bytea not null,
    primary key (company_id, source, line)
) with (fillfactor = 70);
create index expected_supply_open on expected_supply (company_id, item) where is_open;

-- Which waiting row gets how much of which supply.
create table peg (
    reservation text collate "C" not null,
    company_id text collate "C" not null,
    source text collate "C" not null,
    line text collate "C" not null,
    quantity numeric not null,
    primary key (reservation, source, line)
) with (fillfactor = 70);
