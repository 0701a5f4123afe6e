-- Pools stand in the promise book as positions of their own: what is set aside leaves the position of the shared pool
-- (''), so nobody else can be promised of it. Over all pools, on hand is the unrestricted stock of owners whose goods
-- may be promised.

-- Why part of a position is never promised: `promise_position.safety` is their sum.
create table kept_back (
    company_id text collate "C" not null,
    item text collate "C" not null,
    location text collate "C" not null,
    pool text collate "C" not null,
    reason text collate "C" not null,
    source text collate "C" not null,
    quantity numeric not null,
    rule text not null,
    since timestamptz not null,
    entry bytea not null,
    primary key (company_id, item, location, pool, reason, source)
) with (fillfactor = 70);

-- The rule behind a movement that no document asked for: a pool filled, something kept back.
alter table promise_movement add column rule text not null default '';

-- Whom a promise is for, beside the channel (`source`): who waits is filled from the pools of both.
alter table reservation add column customer text not null default '';

-- Goods for it must not expire before this day. It stays so when the promise has ended: past moments are told by it.
alter table reservation add column keeps_until date;
create index reservation_keeping on reservation (company_id, item) where keeps_until is not null and remaining > 0;

-- How expected supply changed: the row after each change, so that any past moment can be told.
create table supply_movement (
    company_id text collate "C" not null,
    source text collate "C" not null,
    line text collate "C" not null,
    number bigint not null,
    item text collate "C" not null,
    location text collate "C" not null,
    quantity numeric not null,
    received numeric not null,
    pegged numeric not null,
    expected_on date not null,
    confidence text not null,
    entry bytea not null,
    transaction_id bigint not null,
    primary key (company_id, source, line, number)
);
create index supply_movement_of_item on supply_movement (company_id, item);
alter table expected_supply add column changes bigint not null default 0;

-- Reservations whose time is over and that cannot be ended: tried again after `wait_until` (technical time); `failure` is
-- what went wrong the last time.
create table expiry_put_off (
    reservation text collate "C" primary key,
    attempts integer not null default 1,
    wait_until timestamptz not null,
    failure text not null
);

-- Where facts left less than was promised: promises are to be made again. `subject` is the case whose fact it was.
-- What fails is put off until `wait_until` (technical time); `failure` is what went wrong the last time.
create table repromise_due (
    company_id text collate "C" not null,
    item text collate "C" not null,
    location text collate "C" not null,
    subject text not null,
    entry bytea not null,
    attempts integer not null default 0,
    wait_until timestamptz not null default '-infinity',
    failure text not null default '',
    primary key (company_id, item, location)
);
