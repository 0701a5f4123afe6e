-- Columns travel as array literals (store/arrays.py), quantities come back as text: both for the driver's speed.

-- reserve_one: a lone caller's reservation in one statement; no row if it is refused or was asked before
with taken as (
    update promise_position set reserved = reserved + $4, counter = counter + 1
    where company_id = $1 and item = $2 and location = $3 and pool = $14
        and on_hand - safety - reserved - allocated >= $4
        and not exists (select from ledger_entry where digest = $5)
    returning id, counter, on_hand - safety - reserved - allocated as free_after
), entry as (
    insert into ledger_entry (digest, company_id, key, what, subject, document, reason, actor, content, answer,
        occurred_at)
    select $5, $1, $6, 'reserve', '', $7, $8, 'api', $9, $10, business_now() from taken
), booked as (
    insert into reservation (id, company_id, kind, request, line, item, location, pool, quantity, remaining, state,
        candidates, source, customer, expires_at, entry)
    select $11, $1, 'asked', $7, $15, $2, $3, $14, $4, $4, 'reserved', $12::text::text[], $8, $16, $13, $5 from taken
), moved as (
    -- The statement may have waited for the row since it began.
    insert into promise_movement (position_id, number, kind, reservation, reserved, free_after, entry, transaction_id,
        recorded_at)
    select id, counter, 'asked', $11, $4, free_after, $5, pg_current_xact_id()::text::bigint, clock_timestamp()
    from taken
)
select 1 from taken

-- part asked_for: positions as asked for by place, to be taken from as if all were granted
insert into promise_position as p (company_id, item, location, pool, reserved, counter)
select s.company_id, s.item, s.location, s.pool, k.quantity, k.movements
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::numeric[],
    $6::text::bigint[])
    as k (company_id, item, location, pool, quantity, movements)
join promise_position as s
    on s.company_id = k.company_id and s.item = k.item and s.location = k.location and s.pool = k.pool
order by s.company_id, s.item, s.location, s.pool

-- part taken_from: what they are then
on conflict (company_id, item, location, pool) do update
set reserved = p.reserved + excluded.reserved, counter = p.counter + excluded.counter
returning p.company_id, p.item, p.location, p.pool, p.id,
    (p.on_hand - p.safety - p.reserved - p.allocated)::text as free, p.counter

-- hold: lock positions in key order, waiting for each of them
{{asked_for}}
{{taken_from}}

-- hold_what_is_free: lock those of them that nobody else holds
{{asked_for}}
for update of s skip locked
{{taken_from}}

-- that_exist: which of these positions there are
select s.company_id, s.item, s.location, s.pool
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[])
    as k (company_id, item, location, pool)
join promise_position as s
    on s.company_id = k.company_id and s.item = k.item and s.location = k.location and s.pool = k.pool

-- correct: give back at held positions what was refused or came from elsewhere
update promise_position as p
set on_hand = p.on_hand + v.on_hand, reserved = p.reserved + v.reserved, counter = p.counter + v.movements
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::numeric[],
    $6::text::numeric[], $7::text::bigint[])
    as v (company_id, item, location, pool, on_hand, reserved, movements)
where p.company_id = v.company_id and p.item = v.item and p.location = v.location and p.pool = v.pool

-- record: entries of all requests with their answers, reservations and movements of the granted
with entry as (
    insert into ledger_entry (digest, company_id, key, what, subject, document, reason, actor, content, answer,
        occurred_at)
    select e.digest, e.company_id, e.key, 'reserve', '', e.reference, e.source, 'api', e.content, e.answer,
        (select business_now())
    from unnest($1::text::bytea[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
        $6::text::bytea[], $7::text::text[])
        as e (digest, company_id, key, reference, source, content, answer)
), booked as (
    insert into reservation (id, company_id, kind, request, line, item, location, pool, quantity, remaining, state,
        candidates, source, customer, expires_at, entry)
    select g.id, g.company_id, 'asked', g.reference, g.line, g.item, g.location, g.pool, g.quantity,
        g.quantity, 'reserved',
        string_to_array(g.candidates, e'\x1f'), g.source, g.customer, g.expires_at, g.entry
    from unnest($8::text::text[], $9::text::text[], $10::text::text[], $11::text::text[], $12::text::text[],
        $13::text::text[], $14::text::text[], $15::text::numeric[], $16::text::text[],
        $17::text::text[], $18::text::text[], $19::text::timestamptz[], $20::text::bytea[])
        as g (id, company_id, reference, line, item, location, pool, quantity, candidates, source, customer,
        expires_at, entry)
)
insert into promise_movement (position_id, number, kind, reservation, reserved, free_after, entry, transaction_id)
select m.position_id, m.number, 'asked', m.reservation, m.quantity, m.free_after, m.entry,
    (select pg_current_xact_id()::text::bigint)
from unnest($21::text::bigint[], $22::text::bigint[], $8::text::text[], $15::text::numeric[], $23::text::numeric[],
    $20::text::bytea[])
    as m (position_id, number, reservation, quantity, free_after, entry)

-- lent: what left pools that lend for what is everybody's, by which rule
insert into promise_movement (position_id, number, kind, on_hand, free_after, entry, rule, transaction_id)
select m.position_id, m.number, 'lend', m.on_hand, m.free_after, m.entry, m.rule,
    (select pg_current_xact_id()::text::bigint)
from unnest($1::text::bigint[], $2::text::bigint[], $3::text::numeric[], $4::text::numeric[], $5::text::bytea[],
    $6::text::text[])
    as m (position_id, number, on_hand, free_after, entry, rule)

-- answers: what was answered under these keys the first time
select digest, content, answer from ledger_entry where digest = any($1::text::bytea[])
