-- Columns travel as array literals (store/arrays.py), quantities come back as text: both for the driver's speed.

-- claim_keys: take idempotency keys, sorted; those that come back are new
insert into ledger_entry (digest, company_id, key, what, subject, document, reason, actor, content, occurred_at)
select k.digest, k.company_id, k.key, k.what, k.subject, k.document, k.reason, $9, k.content, k.occurred_at
from unnest($1::text::bytea[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::text[], $7::text::text[], $8::text::bytea[],
    $10::text::timestamptz[]) as k (digest, company_id, key, what, subject, document, reason, content, occurred_at)
order by k.digest
on conflict (digest) do nothing
returning digest

-- answers: what was answered under these keys the first time
select digest, content, answer from ledger_entry where digest = any($1::text::bytea[])

-- items_of_supplies: which items supply lines are of
select s.company_id, s.source, s.line, s.item
from unnest($1::text::text[], $2::text::text[], $3::text::text[]) as k (company_id, source, line)
join expected_supply as s on s.company_id = k.company_id and s.source = k.source and s.line = k.line

-- items_beside: of which items others are waited for in the same sets
select distinct w.company_id, b.item
from unnest($1::text::text[], $2::text::text[]) as g (company_id, item)
join waiting_set as w on w.company_id = g.company_id and w.item = g.item
cross join unnest(w.beside) as b (item)

-- places_of_items: where there are positions of some items
select g.company_id, g.item, array_agg(distinct p.location) as locations
from unnest($1::text::text[], $2::text::text[]) as g (company_id, item)
join promise_position as p on p.company_id = g.company_id and p.item = g.item
group by 1, 2

-- kept_back: what is kept back of some items, and why
select k.company_id, k.item, k.location, k.pool, k.reason, k.source, k.quantity, k.rule, k.entry
from unnest($1::text::text[], $2::text::text[]) as g (company_id, item)
join kept_back as k on k.company_id = g.company_id and k.item = g.item

-- lock_positions: lock promise positions in key order, made if missing, and apply what is guessed; all of some items
insert into promise_position as p (company_id, item, location, pool, on_hand, reserved, counter)
select company_id, item, location, pool, sum(on_hand), sum(reserved), sum(movements)::bigint
from (
    select k.company_id collate "C" as company_id, k.item collate "C" as item, k.location collate "C" as location,
        k.pool collate "C" as pool, k.on_hand, k.reserved, k.movements
    from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::numeric[],
        $6::text::numeric[], $7::text::bigint[])
        as k (company_id, item, location, pool, on_hand, reserved, movements)
    union all
    select s.company_id, s.item, s.location, s.pool, 0, 0, 0
    from unnest($8::text::text[], $9::text::text[]) as g (company_id, item)
    join promise_position as s on s.company_id = g.company_id and s.item = g.item
) as wanted
group by company_id, item, location, pool
order by company_id, item, location, pool
on conflict (company_id, item, location, pool) do update
set on_hand = p.on_hand + excluded.on_hand, reserved = p.reserved + excluded.reserved,
    counter = p.counter + excluded.counter
returning p.company_id, p.item, p.location, p.pool, p.id, p.on_hand::text, p.reserved::text, p.allocated::text,
    p.safety::text, p.counter

-- set_positions: what locked positions came to, where the guess was wrong
update promise_position as p set on_hand = v.on_hand, reserved = v.reserved, safety = v.safety,
    counter = v.counter
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::numeric[],
    $6::text::numeric[], $7::text::numeric[], $8::text::bigint[])
    as v (company_id, item, location, pool, on_hand, reserved, safety, counter)
where p.company_id = v.company_id and p.item = v.item and p.location = v.location and p.pool = v.pool

-- promises_by_id: promises that requests name; the rest of those that wait is read under the locks
select id, company_id, subject, line, item, location, pool, remaining::text, state, waiting, fills, asked_number,
    keeps_until
from reservation where id = any($1::text::text[])

-- ended_promises: whole rows of promises that goods were taken for
select id, company_id, subject, kind, request, line, item, location, pool, quantity, remaining::text, state, candidates,
    entry, waiting, whole, source, customer, expires_at, due_on, keeps_until, backorder, fills, asked_number
from reservation where id = any($1::text::text[])

-- promises_of_cases: all promises of some cases that have not ended
select id, company_id, subject, line, item, location, pool, remaining::text, state, waiting, fills, asked_number,
    keeps_until
from reservation where subject = any($1::text::text[]) and subject <> '' and remaining > 0

-- waiting_for: who waits for some items
select r.id, r.company_id, r.subject, r.kind, r.request, r.line, r.item, r.location, r.pool, r.quantity, r.remaining,
    r.state, r.candidates, r.entry, r.waiting, r.whole, r.source, r.customer, r.expires_at, r.due_on,
    r.keeps_until, r.backorder, r.fills, r.asked_number, coalesce(w.together, '') as together,
    coalesce(w.per, 0) as per, coalesce(w.beside, '{}') as beside
from unnest($1::text::text[], $2::text::text[]) as g (company_id, item)
join reservation as r on r.company_id = g.company_id and r.item = g.item
left join waiting_set as w on w.reservation = r.id
where r.waiting

-- weigh: what positions hold of catch weight goods, and of how many it is known
insert into stock_position_second as s (position_id, unit, quantity, weighed)
select k.position_id, k.unit, k.quantity, k.weighed
from unnest($1::text::bigint[], $2::text::text[], $3::text::numeric[], $4::text::numeric[])
    as k (position_id, unit, quantity, weighed)
order by k.position_id, k.unit
on conflict (position_id, unit) do update
set quantity = s.quantity + excluded.quantity, weighed = s.weighed + excluded.weighed

-- lots_of_items: unrestricted goods that may be promised, by lot; when they expire, if somebody said so
select s.company_id, s.item, s.location, s.lot, sum(s.unrestricted) as quantity, min(l.expires_on) as expires_on
from unnest($1::text::text[], $2::text::text[]) as g (company_id, item)
join stock_position as s on s.company_id = g.company_id and s.item = g.item
left join item_lot as l on l.company_id = s.company_id and l.item = s.item and l.lot = s.lot
where s.unrestricted <> 0
    and (s.owner = 'own' or s.owner like 'consignment\_in:%' or s.owner like 'vendor\_managed:%')
group by s.company_id, s.item, s.location, s.lot

-- lots_named: when lots expire that goods are booked of, whether or not there is any of them yet
select l.company_id, l.item, l.lot, l.expires_on
from unnest($1::text::text[], $2::text::text[], $3::text::text[]) as k (company_id, item, lot)
join item_lot as l on l.company_id = k.company_id and l.item = k.item and l.lot = k.lot
where l.expires_on is not null

-- keeping_of_items: what is promised of goods that keep until a day
select r.company_id, r.item, r.location, r.keeps_until, sum(r.remaining) as quantity
from unnest($1::text::text[], $2::text::text[]) as g (company_id, item)
join reservation as r on r.company_id = g.company_id and r.item = g.item
where r.keeps_until is not null and r.remaining > 0 and r.state = 'reserved'
group by r.company_id, r.item, r.location, r.keeps_until

-- granted_at: promises on a stretch of a position's journal that are granted there and not yet picked
select r.id, r.company_id, r.subject, r.kind, r.request, r.line, r.item, r.location, r.pool, r.quantity, r.remaining,
    r.state, r.candidates, r.entry, r.waiting, r.whole, r.source, r.customer, r.expires_at, r.due_on,
    r.keeps_until, r.backorder, r.fills, r.asked_number
from (
    select distinct reservation from promise_movement
    where position_id = $1 and number <= $2 and number > $3 and reservation <> ''
) as m
join reservation as r on r.id = m.reservation
join promise_position as p on p.id = $1
    and p.location = r.location and p.pool = r.pool
where r.state = 'reserved' and r.remaining > 0

-- put_fallen: where promises are to be made again
insert into repromise_due (company_id, item, location, subject, entry)
select v.company_id, v.item, v.location, v.subject, v.entry
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::bytea[])
    as v (company_id, item, location, subject, entry)
on conflict (company_id, item, location) do nothing

-- pegs_of: what supply waiting rows are tied to
select reservation, company_id, source, line, quantity from peg where reservation = any($1::text::text[])

-- supplies: expected supply by key, and all that is open of some items
select s.company_id, s.source, s.line, s.item, s.location, s.quantity, s.received, s.pegged, s.expected_on,
    s.confidence, s.entry, s.changes, s.most
from unnest($1::text::text[], $2::text::text[], $3::text::text[]) as k (company_id, source, line)
join expected_supply as s on s.company_id = k.company_id and s.source = k.source and s.line = k.line
union all
select s.company_id, s.source, s.line, s.item, s.location, s.quantity, s.received, s.pegged, s.expected_on,
    s.confidence, s.entry, s.changes, s.most
from unnest($4::text::text[], $5::text::text[]) as g (company_id, item)
join expected_supply as s on s.company_id = g.company_id and s.item = g.item
where s.is_open

-- move_stock: change physical positions in key order, made if missing; all states come back where one is below zero
insert into stock_position as p (company_id, item, location, owner, lot, unrestricted, picked, packed, in_transfer,
    quarantined, damaged, expired, counter)
select k.company_id, k.item, k.location, k.owner, k.lot, k.unrestricted, k.picked,
    k.packed, k.in_transfer, k.quarantined, k.damaged, k.expired,
    k.movements
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::numeric[], $7::text::numeric[], $8::text::numeric[],
    $9::text::numeric[], $10::text::numeric[], $11::text::numeric[], $12::text::numeric[], $13::text::bigint[])
    as k (company_id, item, location, owner, lot, unrestricted, picked, packed, in_transfer, quarantined, damaged,
    expired, movements)
on conflict (company_id, item, location, owner, lot) do update
set unrestricted = p.unrestricted + excluded.unrestricted, picked = p.picked + excluded.picked,
    packed = p.packed + excluded.packed, in_transfer = p.in_transfer + excluded.in_transfer,
    quarantined = p.quarantined + excluded.quarantined, damaged = p.damaged + excluded.damaged,
    expired = p.expired + excluded.expired, counter = p.counter + excluded.counter
returning p.company_id, p.item, p.location, p.owner, p.lot, p.id, p.counter,
    case when least(p.unrestricted, p.picked, p.packed, p.in_transfer, p.quarantined, p.damaged, p.expired) < 0
    then array[p.unrestricted, p.picked, p.packed, p.in_transfer, p.quarantined, p.damaged, p.expired] end as states

-- record: what became of promises that were there before, where they are still what was read; what was answered; and
-- the journals of both books. In one round trip, for positions are held meanwhile.
with ended as (
    update reservation as r
    set remaining = v.remaining, state = v.state, waiting = v.waiting, fills = v.fills,
        expires_at = case when v.remaining > 0 then r.expires_at end
    from unnest($1::text::text[], $2::text::numeric[], $3::text::text[], $4::text::bool[], $5::text::int[],
        $6::text::numeric[])
        as v (id, remaining, state, waiting, fills, read)
    where r.id = v.id and (v.read is null or r.remaining = v.read)
    returning 1
), answered as (
    update ledger_entry as e set answer = a.answer
    from unnest($7::text::bytea[], $8::text::text[]) as a (digest, answer)
    where e.digest = a.digest
), moved as (
    insert into stock_movement (position_id, number, to_position_id, to_number, from_state, to_state, quantity,
        second_quantity, second_unit, line, reservation, entry, transaction_id)
    select m.position_id, m.number, m.to_position_id, m.to_number, m.from_state, m.to_state, m.quantity,
        m.second_quantity, m.second_unit, m.line, m.reservation, m.entry, (select pg_current_xact_id()::text::bigint)
    from unnest($9::text::bigint[], $10::text::bigint[], $11::text::bigint[], $12::text::bigint[], $13::text::text[],
        $14::text::text[], $15::text::numeric[], $16::text::numeric[], $17::text::text[], $18::text::text[],
        $19::text::text[], $20::text::bytea[])
        as m (position_id, number, to_position_id, to_number, from_state, to_state, quantity, second_quantity,
        second_unit, line, reservation, entry)
), booked as (
    insert into promise_movement (position_id, number, kind, reservation, on_hand, reserved, safety, free_after, entry,
        rule, transaction_id)
    select m.position_id, m.number, m.kind, m.reservation, m.on_hand, m.reserved, m.safety, m.free_after, m.entry,
        m.rule, (select pg_current_xact_id()::text::bigint)
    from unnest($21::text::bigint[], $22::text::bigint[], $23::text::text[], $24::text::text[], $25::text::numeric[],
        $26::text::numeric[], $27::text::numeric[], $28::text::numeric[], $29::text::bytea[], $30::text::text[])
        as m (position_id, number, kind, reservation, on_hand, reserved, safety, free_after, entry, rule)
)
select count(*) from ended

-- insert_promises: new reservations, in the order they were asked for
insert into reservation (id, company_id, subject, kind, request, line, item, location, pool, quantity, remaining,
    state, candidates, entry, waiting, whole, source, expires_at, due_on, backorder, fills, customer, keeps_until)
select r.id, r.company_id, r.subject, r.kind, r.request, r.line, r.item, r.location, r.pool, r.quantity,
    r.remaining, r.state, string_to_array(r.candidates, e'\x1f'), r.entry, r.waiting, r.whole, r.source,
    r.expires_at, r.due_on,
    r.backorder, r.fills, r.customer, r.keeps_until
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::text[], $7::text::text[], $8::text::text[],
    $9::text::text[], $10::text::numeric[], $11::text::numeric[], $12::text::text[], $13::text::text[],
    $14::text::bytea[], $15::text::bool[], $16::text::bool[],
    $17::text::text[], $18::text::timestamptz[], $19::text::date[], $20::text::text[], $21::text::int[],
    $22::text::text[], $23::text::date[])
    with ordinality as r (id, company_id, subject, kind, request, line, item, location, pool, quantity, remaining,
    state, candidates, entry, waiting, whole, source, expires_at, due_on, backorder, fills, customer, keeps_until,
    place)
order by r.place

-- put_sets: which of new waiting rows are served together only
insert into waiting_set (reservation, company_id, item, together, per, beside)
select s.reservation, s.company_id, s.item, s.together, s.per, string_to_array(s.beside, e'\x1f')
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::numeric[],
    $6::text::text[]) as s (reservation, company_id, item, together, per, beside)

-- drop_sets: rows that wait no more
delete from waiting_set where reservation = any($1::text::text[])

-- insert_supplies: supply lines that nobody spoke of before
insert into expected_supply (company_id, source, line, item, location, quantity, received, pegged, expected_on,
    confidence, is_open, entry, changes, most)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::numeric[], $7::text::numeric[],
    $8::text::numeric[], $9::text::date[], $10::text::text[], $11::text::bool[], $12::text::bytea[],
    $13::text::bigint[], $14::text::numeric[])
on conflict (company_id, source, line) do nothing

-- update_supplies: expected supply as it is believed now
update expected_supply as s
set item = v.item, location = v.location, quantity = v.quantity, received = v.received, pegged = v.pegged,
    expected_on = v.expected_on, confidence = v.confidence, is_open = v.is_open, entry = v.entry, changes = v.changes,
    most = v.most
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::numeric[], $7::text::numeric[], $8::text::numeric[],
    $9::text::date[], $10::text::text[], $11::text::bool[], $12::text::bytea[], $13::text::bigint[], $14::text::numeric[])
    as v (company_id, source, line, item, location, quantity, received, pegged, expected_on, confidence, is_open,
    entry, changes, most)
where s.company_id = v.company_id and s.source = v.source and s.line = v.line

-- journal_supplies: expected supply after each change
insert into supply_movement (company_id, source, line, number, item, location, quantity, received, pegged, expected_on,
    confidence, entry, transaction_id)
select v.company_id, v.source, v.line, v.number, v.item, v.location, v.quantity, v.received, v.pegged, v.expected_on,
    v.confidence, v.entry, (select pg_current_xact_id()::text::bigint)
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::bigint[], $5::text::text[],
    $6::text::text[], $7::text::numeric[], $8::text::numeric[], $9::text::numeric[], $10::text::date[],
    $11::text::text[], $12::text::bytea[])
    as v (company_id, source, line, number, item, location, quantity, received, pegged, expected_on, confidence, entry)

-- put_kept: what is kept back now, and why
insert into kept_back (company_id, item, location, pool, reason, source, quantity, rule, since, entry)
select v.company_id, v.item, v.location, v.pool, v.reason, v.source, v.quantity, v.rule, $10, v.entry
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::text[], $7::text::numeric[], $8::text::text[], $9::text::bytea[])
    as v (company_id, item, location, pool, reason, source, quantity, rule, entry)
on conflict (company_id, item, location, pool, reason, source) do update
set quantity = excluded.quantity, rule = excluded.rule, entry = excluded.entry, since = excluded.since

-- drop_kept: what is kept back no longer
delete from kept_back as k
using unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::text[]) as v (company_id, item, location, pool, reason, source)
where k.company_id = v.company_id and k.item = v.item and k.location = v.location and k.pool = v.pool
    and k.reason = v.reason and k.source = v.source

-- put_pegs: pegs as they are now
insert into peg (reservation, company_id, source, line, quantity)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::numeric[])
on conflict (reservation, source, line) do update set quantity = excluded.quantity

-- drop_pegs: pegs that are no more
delete from peg as p
using unnest($1::text::text[], $2::text::text[], $3::text::text[]) as v (reservation, source, line)
where p.reservation = v.reservation and p.source = v.source and p.line = v.line
