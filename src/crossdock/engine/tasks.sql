-- ensure: make the rows of tasks
insert into task (name) select unnest($1::text[]) on conflict do nothing

-- claim: take due tasks that no live worker has
with due as materialized (
    select name from task where next_at <= clock_timestamp() and name = any($2::text[]) and (worker = '' or worker = $1
        or not exists (select 1 from worker_session w where w.owner = task.worker
            and w.alive_until > clock_timestamp()))
    order by next_at limit $3 for update skip locked)
update task as t set worker = $1 from due where t.name = due.name
returning t.name, t.cursor, t.state

-- finish: a task is done for now; refused if another worker has taken it
update task set worker = '', cursor = $3, state = $4, next_at = clock_timestamp() + $5::interval, failures = 0,
    detail = ''
where name = $1 and worker = $2
returning name

-- keep: move the cursor in the transaction of what was fetched; refused if another worker has taken the task. It may
-- stand there already: a commit whose answer never came is run again
update task set cursor = $4 where name = $1 and worker = $2 and cursor in ($3, $4)
returning name

-- fail: try again later, slower each time
update task set worker = '', failures = failures + 1, detail = $3,
    next_at = clock_timestamp() + least(interval '15 seconds', $4::interval * 2 ^ least(failures, 8))
where name = $1 and worker = $2

-- hold: tasks that shall not run yet
insert into task (name, next_at) select unnest($1::text[]), 'infinity'
on conflict (name) do update set next_at = 'infinity'

-- let_go: tasks that may run from now on
update task set next_at = clock_timestamp() where name = any($1::text[]) and next_at = 'infinity'

-- heartbeat: this worker lives, and was started with this version of the network
insert into worker_session (owner, alive_until, network_version) values ($1, clock_timestamp() + $2::interval, $3)
on conflict (owner) do update set alive_until = excluded.alive_until

-- working: how many workers live; one that has just come has no slot yet and must get some
select count(*) from worker_session where alive_until > clock_timestamp()

-- farewell: this worker ends
delete from worker_session where owner = $1

-- forget_workers: rows of workers long gone
delete from worker_session where alive_until < clock_timestamp() - interval '1 hour'
