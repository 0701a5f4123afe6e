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

-- What an explanation of a position looks for among its movements: promises beyond stock, and what is kept back.
create index promise_movement_short on promise_movement (position_id, reservation) where kind = 'short';
create index promise_movement_kept on promise_movement (position_id, number)
    where kind in ('safety', 'haircut', 'held_fact');

-- Which version of the network was in force from when on. `network_version.applied_at` says when it last was put in
-- force; this keeps every time.
create table network_in_force (
    since timestamptz primary key,
    version integer not null
);
insert into network_in_force (since, version) select applied_at, version from network_version;
