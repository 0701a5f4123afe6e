-- Versions of the network project. Rows never change but for the time they were last put in force.
create table network_version (
    version integer primary key,
    name text not null,
    digest bytea not null unique,
    content text not null,
    applied_at timestamptz not null default clock_timestamp()
);

-- Master data as last stated by the system that owns it. `changed_in` is the version of the master data (below) with
-- which a row last changed: a reader that knows version n asks for rows above n.
create table item (
    company_id text collate "C" not null,
    id text collate "C" not null,
    body text not null,
    changed_in bigint not null,
    primary key (company_id, id)
);
create index item_changed_in on item (changed_in);

create table customer (
    company_id text collate "C" not null,
    id text collate "C" not null,
    body text not null,
    changed_in bigint not null,
    primary key (company_id, id)
);
create index customer_changed_in on customer (changed_in);

-- A party's id of our item.
create table item_cross_reference (
    company_id text collate "C" not null,
    party text collate "C" not null,
    item text collate "C" not null,
    their_item text collate "C" not null,
    changed_in bigint not null,
    primary key (company_id, party, item)
);
create index item_cross_reference_changed_in on item_cross_reference (changed_in);

-- What one pack of an item holds: `contains_numerator / contains_denominator` base units, exactly.
create table item_pack (
    company_id text collate "C" not null,
    item text collate "C" not null,
    unit text collate "C" not null,
    contains_numerator bigint not null check (contains_numerator > 0),
    contains_denominator bigint not null default 1 check (contains_denominator > 0),
    changed_in bigint not null,
    primary key (company_id, item, unit)
);
create index item_pack_changed_in on item_pack (changed_in);

-- One row. Its lock is held from the first changed row to the commit, so versions become visible in their order.
create table masterdata_version (
    only_row boolean primary key default true check (only_row),
    version bigint not null
) with (fillfactor = 20);
insert into masterdata_version (version) values (0);
