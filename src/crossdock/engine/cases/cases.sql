-- insert_missing: new cases start as empty rows, so that two slots can never both create one
insert into process_case (id, process, version, company_id, opened_at, changed_at)
select id, process, version, company_id, $5, $5
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[])
    as new (id, process, version, company_id)
on conflict (id) do nothing

-- load: lock the cases of a batch in order
select id, state, data, sequence, parked from process_case where id = any($1::text::text[]) order by id for update

-- save: write what changed
update process_case as c
set state = n.state, data = n.data, sequence = n.sequence, finished = n.finished, parked = n.parked, changed_at = $7
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::bigint[], $5::text::boolean[],
    $6::text::boolean[])
    as n (id, state, data, sequence, finished, parked)
where c.id = n.id

-- park_events: keep events of parked cases in order
insert into parked_event (case_id, segment, slot, position)
select * from unnest($1::text::text[], $2::text::int[], $3::text::smallint[], $4::text::bigint[]) on conflict do nothing

-- take_parked: the waiting events of a released case
with taken as (delete from parked_event where case_id = $1 returning segment, slot, position)
select e.* from taken t
join event e on e.segment = t.segment and e.slot = t.slot and e.position = t.position
order by e.segment, e.position

-- failures: the open exception cases that a case was parked for
select key from exception_case where case_id = $1 and code = 'handler_failed' and closed_at is null

-- set_deadlines: deadlines and expectations, anew
insert into deadline (case_id, name, company_id, kind, due_at, owed_by, money_at_risk, currency, slot)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::timestamptz[],
    $6::text::text[], $7::text::numeric[], $8::text::text[], $9::text::smallint[])
on conflict (case_id, name) do update set kind = excluded.kind, due_at = excluded.due_at, fired_at = null,
    owed_by = excluded.owed_by, money_at_risk = excluded.money_at_risk, currency = excluded.currency

-- drop_deadlines: those that are over
delete from deadline as d using unnest($1::text::text[], $2::text::text[]) as gone (case_id, name)
where d.case_id = gone.case_id and d.name = gone.name

-- due: deadlines of these slots whose time has come, locked
select case_id, name, company_id, kind, due_at, money_at_risk, currency from deadline
where fired_at is null and due_at <= business_now() and slot = any($1::smallint[])
order by due_at, case_id, name limit $2 for update skip locked

-- fire: a deadline is gone once it fired, an expectation stays open and missed
with fired as (select * from unnest($1::text::text[], $2::text::text[], $3::text::text[]) as f (case_id, name, kind)),
gone as (
    delete from deadline d using fired f where d.case_id = f.case_id and d.name = f.name and f.kind = 'deadline')
update deadline d set fired_at = business_now() from fired f
where d.case_id = f.case_id and d.name = f.name and f.kind = 'expectation'

-- close_exceptions: end open exception cases
update exception_case as e set closed_at = c.at, changed_at = c.at, resolution = c.resolution
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::timestamptz[])
    as c (case_id, code, key, resolution, at)
where e.case_id = c.case_id and e.code = c.code and e.key = c.key and e.closed_at is null
returning e.id, e.case_id, e.code, e.key, e.resolution

-- open_exceptions: open, or bring the open one up to date
insert into exception_case as e (id, case_id, company_id, code, key, detail, owner, money_at_risk, currency,
    expected_on, reference, opened_at, changed_at, lines)
select id, case_id, company_id, code, key, detail, owner, money, currency, expected_on, reference, at, at,
    string_to_array(lines, chr(31))
from unnest($1::text::uuid[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[], $6::text::text[],
    $7::text::text[], $8::text::numeric[], $9::text::text[], $10::text::date[], $11::text::text[],
    $12::text::timestamptz[], $13::text::text[])
    as o (id, case_id, company_id, code, key, detail, owner, money, currency, expected_on, reference, at, lines)
on conflict (case_id, code, key) where closed_at is null do update
set detail = excluded.detail, lines = excluded.lines, owner = excluded.owner, money_at_risk = excluded.money_at_risk,
    currency = excluded.currency, expected_on = coalesce(excluded.expected_on, e.expected_on),
    changed_at = excluded.changed_at
returning e.id, e.case_id, e.code, e.key, (e.id = any($1::text::uuid[])) as fresh

-- open_versions: versions of processes that have open cases
select process, version, count(*) as count, min(id) as example from process_case where not finished
group by process, version order by process, version
