-- known: idempotency keys that are enqueued already
select d.system, d.idempotency_key
from unnest($1::text::text[], $2::text::text[]) as a (system, idempotency_key)
join delivery as d on d.system = a.system and d.idempotency_key = a.idempotency_key

-- take_sequences: places in the order of each key, locked in sorted order
insert into delivery_key as k (system, ordering_key, last_sequence)
select * from unnest($1::text::text[], $2::text::text[], $3::text::bigint[])
on conflict (system, ordering_key) do update set last_sequence = k.last_sequence + excluded.last_sequence
returning system, ordering_key, last_sequence, head_sequence

-- insert: outgoing documents with their bytes
insert into delivery (id, system, ordering_key, sequence, operation, number, idempotency_key, company_id, case_id,
    report, status, content, content_type, target, method, trace_id, correlation_id, business_at, outcome, code, detail)
select * from unnest($1::text::uuid[], $2::text::text[], $3::text::text[], $4::text::bigint[], $5::text::text[],
    $6::text::text[], $7::text::text[], $8::text::text[], $9::text::text[], $10::text::boolean[], $11::text::text[],
    $12::text::bytea[], $13::text::text[], $14::text::text[], $15::text::text[], $16::text::text[], $17::text::uuid[],
    $18::text::timestamptz[], $19::text::text[], $20::text::text[], $21::text::text[])

-- park_keys: keys whose head cannot be sent
update delivery_key as k set parked = true
from unnest($1::text::text[], $2::text::text[]) as p (system, ordering_key)
where k.system = p.system and k.ordering_key = p.ordering_key

-- claim: take ready deliveries of one system for this worker, so many as are not too many with those under way anywhere
with ready as materialized (
    select id from delivery where status = 'ready' and system = $1 and next_attempt_at <= clock_timestamp()
    order by priority, next_attempt_at
    limit greatest(least($3::bigint,
        $4::bigint - (select count(*) from delivery where status = 'sending' and system = $1)), 0)
    for update skip locked)
update delivery as d set status = 'sending', attempts = d.attempts + 1, attempt_id = gen_random_uuid(), worker = $2
from ready where d.id = ready.id
returning d.id, d.attempt_id, d.attempts, d.system, d.ordering_key, d.idempotency_key, d.content, d.content_type,
    d.target, d.method, d.trace_id, d.operation, d.number

-- waiting_systems: systems that something is due for and that may be asked, with how many attempts are under way
select w.system, coalesce(s.failures, 0) as failures,
    coalesce(extract(epoch from clock_timestamp() - s.booked_until), 'infinity')::float8 as unbooked,
    (select count(*) from delivery d where d.status = 'sending' and d.system = w.system) as flying
from unnest($1::text::text[]) as w (system)
left join system_state as s on s.system = w.system
where exists (
    select 1 from delivery d where d.status = 'ready' and d.system = w.system
        and d.next_attempt_at <= clock_timestamp())
    and (s.system is null or (s.halted = '' and not s.paused and s.open_until <= clock_timestamp()))

-- introduce: systems that nothing was sent to before
insert into system_state (system) select unnest($1::text[]) on conflict do nothing

-- take_turns: systems that may be asked, locked, so that one worker at a time counts; those of another are its turn
select system, failures, extract(epoch from clock_timestamp() - booked_until)::float8 as unbooked
from system_state
where system = any($1::text[]) and halted = '' and not paused and open_until <= clock_timestamp()
order by system for update skip locked

-- book: what was taken out of a system's rate: so much time, counted from the end of what was booked or, if nothing
-- was asked for long, from a little while ago
update system_state set booked_until = greatest(booked_until, clock_timestamp() - $2::interval) + $3::interval
where system = $1

-- delivered: record arrivals; only the attempt that was made counts
update delivery as d set status = 'delivered', outcome = 'Delivered', reply = o.reply, delivered_at = clock_timestamp(),
    detail = '', code = ''
from unnest($1::uuid[], $2::uuid[], $3::text[]) as o (id, attempt_id, reply)
where d.id = o.id and d.attempt_id = o.attempt_id and d.status = 'sending'
returning d.id, d.system, d.ordering_key, d.sequence, d.operation, d.number, d.company_id, d.case_id, d.report, d.reply,
    d.correlation_id, d.trace_id

-- lock_keys: before the head moves, in a statement of its own: what is enqueued meanwhile must be seen by the next
select system, ordering_key, head_sequence from delivery_key
where (system, ordering_key) in (select * from unnest($1::text[], $2::text[]))
order by system, ordering_key for update

-- advance_keys: the head of each locked key is the first document that is not done with; let it go, if it waits
with head as (
    select k.system, k.ordering_key, d.id, d.sequence, d.status
    from unnest($1::text[], $2::text[], $3::bigint[]) as k (system, ordering_key, head_sequence)
    left join lateral (
        select id, sequence, status from delivery
        where system = k.system and ordering_key = k.ordering_key and sequence >= k.head_sequence
            and status not in ('delivered', 'superseded')
        order by sequence limit 1) as d on true
), moved as (
    update delivery_key as k
    set head_sequence = coalesce(head.sequence, k.last_sequence + 1), parked = coalesce(head.status = 'dead', false)
    from head where k.system = head.system and k.ordering_key = head.ordering_key)
update delivery as d set status = 'ready', next_attempt_at = clock_timestamp()
from head where d.id = head.id and head.status = 'waiting'

-- retry: record a failed attempt and when to try again
update delivery as d set status = 'ready', outcome = o.outcome, detail = o.detail,
    next_attempt_at = clock_timestamp() + o.pause
from unnest($1::text::uuid[], $2::text::uuid[], $3::text::text[], $4::text::text[], $5::text::interval[])
    as o (id, attempt_id, outcome, detail, pause)
where d.id = o.id and d.attempt_id = o.attempt_id and d.status = 'sending'

-- bury: a dead letter; its key stands still until a person decides
update delivery as d set status = 'dead', outcome = o.outcome, code = o.code, detail = o.detail
from unnest($1::text::uuid[], $2::text::uuid[], $3::text::text[], $4::text::text[], $5::text::text[])
    as o (id, attempt_id, outcome, code, detail)
where d.id = o.id and d.attempt_id = o.attempt_id and d.status = 'sending'
returning d.id, d.system, d.ordering_key, d.sequence, d.operation, d.number, d.company_id, d.case_id, d.report,
    d.correlation_id, d.trace_id, d.code, d.detail, d.outcome

-- reap: attempts of workers that are gone, and of this worker ($2) those it has not in hand ($3): it never heard that
-- they are its. Returned with their system, whose resend rule decides unless the attempt was certainly never made
with lost as materialized (
    select id, attempt_id, system = any($1::text[]) and (worker <> $2 or attempt_id = any($4::uuid[])) as unknown
    from delivery d
    where status = 'sending' and case when worker = $2 then attempt_id <> all($3::uuid[]) else not exists (
        select 1 from worker_session w where w.owner = d.worker and w.alive_until > clock_timestamp()) end)
update delivery as d set status = case when lost.unknown then 'dead' else 'ready' end,
    outcome = case when lost.unknown then 'Unknown' else 'RetryLater' end,
    code = case when lost.unknown then 'unknown_outcome' else '' end,
    detail = 'the worker that was sending it stopped before it heard the answer', next_attempt_at = clock_timestamp()
from lost
where d.id = lost.id and d.attempt_id = lost.attempt_id and d.status = 'sending'
returning d.id, d.status, d.system, d.ordering_key, d.sequence, d.operation, d.number, d.company_id, d.case_id,
    d.correlation_id, d.trace_id, d.code, d.detail, d.outcome

-- failed: count a failure; the breaker opens after so many in a row, longer each time
insert into system_state as s (system, failures, open_until) values ($1, 1, '-infinity')
on conflict (system) do update set failures = s.failures + 1, changed_at = clock_timestamp(),
    open_until = case when s.failures + 1 >= $2::integer
        then clock_timestamp()
            + least($3::interval, interval '250 milliseconds' * 2 ^ least(s.failures + 1 - $2::integer, 10))
        else s.open_until end

-- recovered: one success closes the breaker
update system_state set failures = 0, open_until = '-infinity', changed_at = clock_timestamp()
where system = $1 and failures > 0

-- halt: stop a system until a person acts
insert into system_state (system, halted) values ($1, $2)
on conflict (system) do update set halted = excluded.halted, changed_at = clock_timestamp()

-- arrived: stored documents by their keys, those that have arrived
select id, system, ordering_key, idempotency_key, target, company_id, case_id, operation from delivery
where (system, idempotency_key) in (select * from unnest($1::text::text[], $2::text::text[])) and status = 'delivered'

-- insert_again: stored documents once more, byte for byte
insert into delivery (id, system, ordering_key, sequence, operation, number, idempotency_key, company_id, case_id,
    status, content, content_type, target, method, trace_id, correlation_id, business_at)
select a.id, d.system, d.ordering_key, a.sequence, d.operation, d.number, a.key, d.company_id, d.case_id, a.status,
    d.content, d.content_type, a.target, d.method, d.trace_id, d.correlation_id, a.at
from unnest($1::text::uuid[], $2::text::uuid[], $3::text::bigint[], $4::text::text[], $5::text::text[],
    $6::text::text[], $7::text::timestamptz[]) as a (id, original, sequence, key, status, target, at)
join delivery as d on d.id = a.original
