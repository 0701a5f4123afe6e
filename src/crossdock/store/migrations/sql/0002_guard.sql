-- What the conservation guard knows, and what channels were told and show.

-- Balances of a position after the movement `number`, written once they were verified: nobody needs to fold from the
-- beginning again. Every movement up to `number` was recorded at or before `recorded_at`. `book` is promise or physical;
-- the columns of the other book are zero.
create table position_checkpoint (
    book text collate "C" not null,
    position_id bigint not null,
    number bigint not null,
    on_hand numeric not null default 0,
    reserved numeric not null default 0,
    allocated numeric not null default 0,
    safety numeric not null default 0,
    unrestricted numeric not null default 0,
    picked numeric not null default 0,
    packed numeric not null default 0,
    in_transfer numeric not null default 0,
    quarantined numeric not null default 0,
    damaged numeric not null default 0,
    expired numeric not null default 0,
    seconds text not null default '{}',
    recorded_at timestamptz not null,
    primary key (book, position_id, number)
);

-- Laws that do not hold, once per law and place. `place` is what to look at again (`unit` and its key), `movements` are
-- those concerned. A row is gone when the law holds again; its exception case tells the story.
create table guard_violation (
    unit text collate "C" not null,
    place text collate "C" not null,
    law text collate "C" not null,
    spot text collate "C" not null,
    company_id text not null,
    expected text not null,
    found text not null,
    movements text not null default '',
    found_at timestamptz not null default clock_timestamp(),
    primary key (unit, place, law, spot)
);

-- How long the guard took to look at everything once.
create table guard_round (
    walk text collate "C" not null,
    number bigint not null,
    units bigint not null,
    began_at timestamptz not null,
    ended_at timestamptz not null,
    primary key (walk, number)
);

-- Movements name positions by id alone.
create unique index promise_position_by_id on promise_position (id);
create unique index stock_position_by_id on stock_position (id);

-- What stands of an item's promises, and what is tied to a supply line: guard, desk and explanations ask by these.
create index reservation_live on reservation (company_id, item) where remaining > 0;

-- What a channel told us that it had promised, the latest last: how often it oversells.
create index reservation_told on reservation (company_id, source, asked_number) where kind = 'told' and backorder = '';

create index peg_of_supply on peg (company_id, source, line);

-- Every number a channel was told, with its terms: the positions it was added up from and their movements' numbers at
-- that moment (`position:number`, sorted), so that it can be derived again.
create table published_number (
    company_id text collate "C" not null,
    channel text collate "C" not null,
    item text collate "C" not null,
    version bigint not null,
    expected_version bigint,
    publication text collate "C" not null,
    quantity numeric not null,
    hold_back numeric not null,
    terms text not null,
    rule text not null default '',
    told_at timestamptz not null,
    primary key (company_id, channel, item, version)
);
create index published_number_of on published_number (publication, item);
create index published_item_forgotten on published_item (company_id, channel) where quantity is null;

-- What a channel showed of an item when it was looked at last, and what came of it if that was not what it was told.
create table channel_level (
    company_id text collate "C" not null,
    channel text collate "C" not null,
    item text collate "C" not null,
    shown numeric,
    version bigint,
    active boolean not null,
    sold numeric,
    read_at timestamptz not null,
    cause text not null default '',
    tries integer not null default 0,
    primary key (company_id, channel, item)
) with (fillfactor = 70);
