-- lag: Events that consumers have not handled yet.
select c.consumer, sum(h.position - c.position)::bigint as events
from checkpoint c join log_head h on h.slot = c.slot
group by c.consumer;

-- deliveries: Outgoing documents that are not delivered; each status has an index of its own.
select system, 'ready' as status, count(*) as count from delivery where status = 'ready' group by system
union all
select system, 'sending', count(*) from delivery where status = 'sending' group by system
union all
select system, 'dead', count(*) from delivery where status = 'dead' group by system;

-- exceptions: Open exception cases by code.
select code, count(*) as count from exception_case where closed_at is null group by code;

-- quarantined: Documents that could not be taken, by source.
select source, count(*) as count from raw_document
where faults <> '' and status in ('quarantined', 'partial', 'conflict')
group by source;

-- expectations: Documents that should have come and did not.
select name, count(*) as count from deadline
where kind = 'expectation' and fired_at is not null
group by name;

-- cases: Running cases by process.
select process, count(*) as count from process_case where not finished group by process;

-- workers: Live workers that were started with the network in force, and with another. None with the one in force: no
-- channel is told anything and stock policies stand still.
select case when is_it then 'in_force' else 'other' end as network, (
    select count(*) from worker_session
    where alive_until > clock_timestamp() and is_it = (network_version = coalesce(
        (select version from network_version order by applied_at desc limit 1), 0))) as count
from (values (true), (false)) as kinds (is_it);

-- oldest_transaction: Seconds since the oldest transaction began; it holds back vacuum and the readers of movements.
select coalesce(extract(epoch from clock_timestamp() - min(xact_start)), 0)::float8 as seconds
from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid();
