-- pause: Send nothing to a system until it is resumed.
insert into system_state (system, paused) values ($1, true)
on conflict (system) do update set paused = true, changed_at = clock_timestamp();

-- resume: Let it go on, and forget its failures.
insert into system_state (system) values ($1)
on conflict (system) do update set paused = false, halted = '', failures = 0, open_until = '-infinity',
    changed_at = clock_timestamp();

-- states: How the systems answered lately.
select system, failures, halted, paused, open_until > clock_timestamp() as open from system_state;

-- deliveries: What is for each system and not there yet, and what never will be unless a person acts.
select system, count(*) filter (where status <> 'dead') as waiting, count(*) filter (where status = 'dead') as dead
from delivery where status in ('ready', 'sending', 'waiting', 'dead') group by system;

-- last_documents: When each source last sent something, in business time; of the latest documents, for there is no end.
select source, max(received_at) as received_at
from (select source, received_at from raw_document order by id desc limit $1) as latest
group by source;

-- failing_polls: Polls that do not work at the moment.
select split_part(name, '/', 2) as system, split_part(name, '/', 3) as kind, failures, detail from task
where name like 'poll/%' and failures > 0 order by name;
