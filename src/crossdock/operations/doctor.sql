-- server: The server and this database.
select current_setting('server_version_num')::int as version, pg_is_in_recovery() as recovering,
       current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
       current_setting('full_page_writes') as full_page_writes,
       current_setting('max_connections')::int as max_connections,
       (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
       current_setting('data_directory', true) as data_directory,
       pg_database_size(current_database()) as size,
       to_regclass('alembic_version') is not null as prepared;

-- revision: The schema's revision.
select version_num from alembic_version;

-- leases: Who holds how many slots of which consumer, and how far behind it is.
select c.consumer, count(*) filter (where c.leased_until >= clock_timestamp() and c.owner <> '') as leased,
       count(distinct c.owner) filter (where c.leased_until >= clock_timestamp() and c.owner <> '') as owners,
       sum(h.position - c.position)::bigint as behind
from checkpoint c join log_head h on h.slot = c.slot
group by c.consumer order by c.consumer;

-- network: The version of the network in force, since when.
select version, name, applied_at from network_version order by applied_at desc limit 1;

-- workers: Live workers by the version of the network they were started with; since when the oldest of each lives.
select network_version as version, count(*) as workers, min(started_at) as since from worker_session
where alive_until > clock_timestamp() group by network_version order by network_version;

-- oldest: The oldest transaction and the oldest snapshot.
select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as seconds,
       coalesce(max(age(backend_xmin)), 0)::bigint as xmin_age,
       (array_agg(concat_ws(' ', 'pid ' || pid, nullif(application_name, ''), state) order by xact_start))[1] as who
from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
  and xact_start is not null;

-- systems: Systems that are not asked at the moment, and why.
select system, failures, halted, paused, open_until > clock_timestamp() as open from system_state
where halted <> '' or paused or open_until > clock_timestamp();

-- backlog: What waits for a person or for time.
select (select count(*) from delivery where status = 'dead') as dead_letters,
       (select count(*) from exception_case where closed_at is null) as exceptions,
       (select count(*) from raw_document
           where faults <> '' and status in ('quarantined', 'partial', 'conflict')) as quarantined,
       (select count(*) from process_case where parked) as parked,
       (select count(*) from task where failures > 2) as failing_tasks,
       (select min(next_attempt_at) < clock_timestamp() - interval '5 minutes' from delivery where status = 'ready')
           as deliveries_stand;

-- missed: Documents that should have come and did not: how many, and the few that are overdue longest.
select count(*) over () as missed, case_id, name, owed_by, due_at, money_at_risk, currency,
       business_now() as now
from deadline where kind = 'expectation' and fired_at is not null
order by due_at, case_id, name limit 3;

-- policies: How far stock policies are put into effect, by company.
select split_part(name, '/', 2) as company, cursor, state, failures, detail from task
where name like 'policies/%' order by name;

-- promises_put_off: Places where promises could not be made again: how many, and the one that failed most often.
select count(*) over () as waiting, company_id, item, location, attempts, failure from repromise_due where attempts > 0
order by attempts desc, company_id, item, location limit 1;

-- expiries_put_off: Reservations that could not be ended: how many, and the one that failed most often.
select count(*) over () as waiting, r.id, r.company_id, r.item, r.location, o.attempts, o.failure
from expiry_put_off o join reservation r on r.id = o.reservation and r.remaining > 0 and r.expires_at is not null
order by o.attempts desc, r.id limit 1;

-- statements_put_off: Statements of stock that could not be compared, those that wait behind them, and the first.
with put_off as materialized (
    select * from stock_statement where compared_at is null and attempts > 0
)
select count(*) over () as waiting, company_id, system, location, number, attempts, failure, (
        select count(*) from stock_statement s where s.compared_at is null and s.attempts = 0 and exists (
            select 1 from put_off as p where p.company_id = s.company_id and p.system = s.system
                and p.location = s.location and (p.stated_at, p.id) < (s.stated_at, s.id))) as behind
from put_off order by stated_at, id limit 1;

-- late_facts_put_off: Corrections that could not be told of facts that came late, and the one that failed most often.
select count(*) over () as waiting, company_id, item, location, attempts, failure from stock_assertion
where untold_since <> '' order by attempts desc, subject limit 1;

-- clock: Business time.
select business_now() as now, rate from business_clock;

-- event_types: Types of events in the log, and in which schema versions the last thousand of each slot are written.
select coalesce(counted.type, late.type) as type, coalesce(late.newest, 0)::int as newest,
       coalesce(counted.count, late.count)::bigint as count
from (select type, sum(count) as count from event_count group by type) as counted
full join (
    select e.type, max(e.schema_version) as newest, count(*) as count
    from log_head h
    cross join lateral (
        select type, schema_version from event
        where slot = h.slot and segment >= h.segment - 1 and position > h.position - 1000) as e
    group by e.type) as late on late.type = counted.type
order by 1;
