-- When each movement was written, so that any past moment can be told from the movements alone. Rows are written under
-- the lock of their position (or supply line), so along its numbers time never goes back; a batch writes all rows of a
-- book in one statement, so no moment lies between them.
alter table promise_movement add column recorded_at timestamptz;
update promise_movement as m set recorded_at = t.recorded_at
from (
    select p.position_id, p.number,
        max(e.recorded_at) over (partition by p.position_id order by p.number) as recorded_at
    from promise_movement as p
    join ledger_entry as e on e.digest = p.entry
) as t
where m.position_id = t.position_id and m.number = t.number;
alter table promise_movement alter column recorded_at set default statement_timestamp();
alter table promise_movement alter column recorded_at set not null;

alter table stock_movement add column recorded_at timestamptz;
update stock_movement as m set recorded_at = e.recorded_at from ledger_entry as e where e.digest = m.entry;
alter table stock_movement alter column recorded_at set default statement_timestamp();
alter table stock_movement alter column recorded_at set not null;

alter table supply_movement add column recorded_at timestamptz not null default statement_timestamp();

-- An explanation of a position looks for promises beyond stock.
create index promise_movement_short on promise_movement (position_id, reservation) where kind = 'short';

-- How what is kept back changed: the row after each change, or that it is gone. Written by the table itself, so that
-- nobody changes it without its journal.
create table kept_back_movement (
    company_id text collate "C" not null,
    item text collate "C" not null,
    location text collate "C" not null,
    pool text collate "C" not null,
    reason text collate "C" not null,
    source text collate "C" not null,
    id bigint generated always as identity,
    quantity numeric not null,
    rule text not null,
    since timestamptz not null,
    gone boolean not null default false,
    entry bytea not null,
    recorded_at timestamptz not null default statement_timestamp(),
    primary key (company_id, item, location, pool, reason, source, id)
);
create function journal_kept_back() returns trigger language plpgsql as $$
begin
    insert into kept_back_movement (company_id, item, location, pool, reason, source, quantity, rule, since, gone,
        entry)
    select company_id, item, location, pool, reason, source, quantity, rule, since, tg_op = 'DELETE', entry
    from changed;
    return null;
end $$;
create trigger kept_back_inserted after insert on kept_back
    referencing new table as changed for each statement execute function journal_kept_back();
create trigger kept_back_updated after update on kept_back
    referencing new table as changed for each statement execute function journal_kept_back();
create trigger kept_back_deleted after delete on kept_back
    referencing old table as changed for each statement execute function journal_kept_back();

-- Since when a lot is known, and when it was said to expire until something else was said: kept by the table itself.
alter table item_lot add column known_since timestamptz not null default statement_timestamp();
create table item_lot_before (
    company_id text collate "C" not null,
    item text collate "C" not null,
    lot text collate "C" not null,
    id bigint generated always as identity,
    expires_on date,
    until timestamptz not null default statement_timestamp(),
    primary key (company_id, item, lot, id)
);
create function journal_item_lot() returns trigger language plpgsql as $$
begin
    insert into item_lot_before (company_id, item, lot, expires_on)
    values (old.company_id, old.item, old.lot, old.expires_on);
    return null;
end $$;
create trigger item_lot_expires_otherwise after update on item_lot
    for each row when (old.expires_on is distinct from new.expires_on) execute function journal_item_lot();

-- Which version of the network was in force from when on. `network_version.applied_at` says when it last was put in
-- force; this keeps every time.
create table network_in_force (
    since timestamptz primary key,
    version integer not null
);
insert into network_in_force (since, version) select applied_at, version from network_version;
