-- The story of each case, in the order of its own slot.
create table timeline (
    subject text collate "C" not null,
    slot smallint not null,
    position bigint not null,
    segment integer not null,
    company_id text not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    type text not null,
    source text not null,
    summary text not null,
    event_id uuid not null,
    primary key (subject, slot, position)
);

-- How many events of each type there are, per slot: the log in one look.
create table event_count (
    slot smallint not null,
    type text collate "C" not null,
    count bigint not null,
    primary key (slot, type)
) with (fillfactor = 60);

-- Where every purchase and sales order line stands, folded from the transitions of its case.
create table line_status (
    subject text collate "C" not null,
    line text collate "C" not null,
    company_id text not null,
    state text not null,
    changed_at timestamptz not null,
    primary key (subject, line)
) with (fillfactor = 50);

-- Header state of every case, folded from its transitions.
create table case_status (
    subject text collate "C" primary key,
    process text not null,
    company_id text not null,
    state text not null,
    opened_at timestamptz not null,
    changed_at timestamptz not null
) with (fillfactor = 50);
