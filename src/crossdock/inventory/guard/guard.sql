-- horizon: below this transaction id nothing can come any more
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- changed_items: whose positions have movements of these transactions; a movement without a position has none
select distinct p.company_id, p.item from promise_movement as m join promise_position as p on p.id = m.position_id
where m.transaction_id >= $1 and m.transaction_id < $2
union
select distinct s.company_id, s.item from stock_movement as m
join stock_position as s on s.id in (m.position_id, m.to_position_id)
where m.transaction_id >= $1 and m.transaction_id < $2
order by 1, 2

-- items_after: the next items in order, of either book
select company_id, item from (
    (select distinct company_id, item from promise_position where (company_id, item) > ($1, $2)
        order by company_id, item limit $3)
    union
    (select distinct company_id, item from stock_position where (company_id, item) > ($1, $2)
        order by company_id, item limit $3)
) as both_books order by company_id, item limit $3

-- promise_positions: promise positions of some items as they stand, each with its last checkpoint
select p.id, p.company_id, p.item, p.location, p.pool, p.counter, p.on_hand, p.reserved, p.allocated, p.safety,
    c.number as checked, c.on_hand as c_on_hand, c.reserved as c_reserved, c.allocated as c_allocated,
    c.safety as c_safety, c.recorded_at
from unnest($1::text[], $2::text[]) as k (company_id, item)
join promise_position as p on p.company_id = k.company_id and p.item = k.item
left join lateral (select * from position_checkpoint where book = 'promise' and position_id = p.id
    order by number desc limit 1) as c on true
order by p.company_id, p.item, p.location, p.pool

-- stock_positions: physical positions of some items as they stand, each with its last checkpoint
select p.id, p.company_id, p.item, p.location, p.owner, p.lot, p.counter, p.unrestricted, p.picked, p.packed,
    p.in_transfer, p.quarantined, p.damaged, p.expired, c.number as checked, c.unrestricted as c_unrestricted,
    c.picked as c_picked, c.packed as c_packed, c.in_transfer as c_in_transfer, c.quarantined as c_quarantined,
    c.damaged as c_damaged, c.expired as c_expired, c.seconds as c_seconds, c.recorded_at,
    (select coalesce(json_object_agg(w.unit, json_build_array(w.quantity::text, w.weighed::text)), '{}')::text
        from stock_position_second as w where w.position_id = p.id) as seconds
from unnest($1::text[], $2::text[]) as k (company_id, item)
join stock_position as p on p.company_id = k.company_id and p.item = k.item
left join lateral (select * from position_checkpoint where book = 'physical' and position_id = p.id
    order by number desc limit 1) as c on true
order by p.company_id, p.item, p.location, p.owner, p.lot

-- promise_movements: movements of promise positions behind a number, with what must be there for each of them
select m.position_id, m.number, m.kind, m.on_hand, m.reserved, m.allocated, m.safety, m.free_after,
    e.digest is not null as has_entry, e.recorded_at, e.subject,
    split_part(e.subject, '/', 1) = any($4::text[]) and c.id is null as case_missing
from unnest($1::bigint[], $2::bigint[]) as k (position_id, number)
cross join lateral (select * from promise_movement as o where o.position_id = k.position_id and o.number > k.number
    order by o.number limit $3) as m
left join ledger_entry as e on e.digest = m.entry
left join process_case as c on c.id = e.subject
order by m.position_id, m.number

-- stock_movements: movements of physical positions behind a number, from both of their ends
select k.position_id, m.number, m.from_state, m.to_state, m.quantity, m.second_quantity, m.second_unit, m.leaves,
    m.comes,
    e.digest is not null as has_entry, e.recorded_at, e.subject,
    split_part(e.subject, '/', 1) = any($4::text[]) and c.id is null as case_missing
from unnest($1::bigint[], $2::bigint[]) as k (position_id, number)
cross join lateral (
    (select o.number, o.from_state, o.to_state, o.quantity, o.second_quantity, o.second_unit, o.entry, true as leaves,
        o.to_position_id is null as comes
    from stock_movement as o where o.position_id = k.position_id and o.number > k.number order by o.number limit $3)
    union all
    (select o.to_number, o.from_state, o.to_state, o.quantity, o.second_quantity, o.second_unit, o.entry, false, true
    from stock_movement as o where o.to_position_id = k.position_id and o.to_number > k.number
    order by o.to_number limit $3)
    order by 1 limit $3) as m
left join ledger_entry as e on e.digest = m.entry
left join process_case as c on c.id = e.subject
order by k.position_id, m.number

-- promised: what live promises of some items hold, by position
select r.company_id, r.item, r.location, r.pool, sum(r.remaining) as quantity
from unnest($1::text[], $2::text[]) as k (company_id, item)
join reservation as r on r.company_id = k.company_id and r.item = k.item
where r.remaining > 0 and r.state in ('reserved', 'short')
group by r.company_id, r.item, r.location, r.pool

-- kept_back: why part of some items is never promised, by position
select b.company_id, b.item, b.location, b.pool, sum(b.quantity) as quantity
from unnest($1::text[], $2::text[]) as k (company_id, item)
join kept_back as b on b.company_id = k.company_id and b.item = k.item
group by b.company_id, b.item, b.location, b.pool

-- promises_of: the live promises of some items
select r.id, r.company_id, r.item, r.state, r.quantity, r.remaining, r.waiting
from unnest($1::text[], $2::text[]) as k (company_id, item)
join reservation as r on r.company_id = k.company_id and r.item = k.item
where r.remaining > 0
order by r.id

-- supplies_of: the open supply of some items with the sum of its pegs
select s.company_id, s.item, s.source, s.line, s.quantity, s.received, s.pegged, s.is_open,
    (select coalesce(sum(p.quantity), 0) from peg as p
        where p.company_id = s.company_id and p.source = s.source and p.line = s.line) as pegs
from unnest($1::text[], $2::text[]) as k (company_id, item)
join expected_supply as s on s.company_id = k.company_id and s.item = k.item
where s.is_open
order by s.company_id, s.source, s.line

-- put_checkpoints: balances that were verified
insert into position_checkpoint (book, position_id, number, on_hand, reserved, allocated, safety, unrestricted, picked,
    packed, in_transfer, quarantined, damaged, expired, seconds, recorded_at)
select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[],
    $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[],
    $14::numeric[], $15::text[], $16::timestamptz[])
on conflict (book, position_id, number) do nothing

-- checkpoint_after: the next checkpoint in order, to be derived from the beginning again
select c.*, coalesce(p.company_id, s.company_id, '') as company_id, concat_ws('/', coalesce(p.company_id, s.company_id),
    coalesce(p.item, s.item), coalesce(p.location, s.location), coalesce(p.pool, s.owner || '/' || s.lot)) as spot
from position_checkpoint as c
left join promise_position as p on c.book = 'promise' and p.id = c.position_id
left join stock_position as s on c.book = 'physical' and s.id = c.position_id
where (c.book, c.position_id, c.number) > ($1, $2, $3)
order by c.book, c.position_id, c.number limit 1

-- promise_ids: the next positions that promise movements name, and whether they are there
with recursive named as (
    (select position_id from promise_movement where position_id > $1 order by position_id limit 1)
    union all
    select (select m.position_id from promise_movement as m where m.position_id > n.position_id
        order by m.position_id limit 1) from named as n where n.position_id is not null)
select n.position_id, p.id is not null as there from named as n left join promise_position as p on p.id = n.position_id
where n.position_id is not null limit $2

-- stock_ids: the next positions that physical movements name, at either end, and whether they are there
with recursive at_from as (
    (select position_id from stock_movement where position_id > $1 order by position_id limit 1)
    union all
    select (select m.position_id from stock_movement as m where m.position_id > n.position_id
        order by m.position_id limit 1) from at_from as n where n.position_id is not null),
at_to as (
    (select to_position_id as position_id from stock_movement where to_position_id > $1 order by 1 limit 1)
    union all
    select (select m.to_position_id from stock_movement as m where m.to_position_id > n.position_id
        order by m.to_position_id limit 1) from at_to as n where n.position_id is not null),
named as (
    (select position_id from at_from where position_id is not null limit $2)
    union
    (select position_id from at_to where position_id is not null limit $2))
select n.position_id, p.id is not null as there from named as n left join stock_position as p on p.id = n.position_id
order by n.position_id limit $2

-- promises_after: the next promises in order, ended ones, too
select id, company_id, state, quantity, remaining, waiting from reservation where id > $1 order by id limit $2

-- booked: promises with what the movements of all positions of their item say of them; of short histories
select r.id, r.company_id, r.state, r.remaining, m.booked
from (select o.reservation, sum(o.reserved) as booked from promise_movement as o
    where o.position_id = any($1::bigint[]) and o.reservation <> '' group by o.reservation) as m
join reservation as r on r.id = m.reservation

-- supplies_after: the next supply lines in order with the sum of their pegs, and what their journal says last
select s.*, (select coalesce(sum(p.quantity), 0) from peg as p
        where p.company_id = s.company_id and p.source = s.source and p.line = s.line) as pegs,
    m.item as last_item, m.location as last_location, m.quantity as last_quantity, m.received as last_received,
    m.pegged as last_pegged, m.expected_on as last_expected_on, m.confidence as last_confidence,
    (select count(*) from supply_movement as c
        where c.company_id = s.company_id and c.source = s.source and c.line = s.line) as movements
from (select company_id, source, line, item, location, quantity, received, pegged, expected_on, confidence, is_open,
        changes
    from expected_supply where (company_id, source, line) > ($1, $2, $3) order by company_id, source, line limit $4) as s
left join lateral (select * from supply_movement as m where m.company_id = s.company_id and m.source = s.source
    and m.line = s.line order by m.number desc limit 1) as m on true
order by s.company_id, s.source, s.line

-- pegs_after: the next pegged promises in order with the sum of their pegs
select n.reservation, n.company_id, n.quantity, r.waiting, r.remaining
from (select reservation, max(company_id) as company_id, sum(quantity) as quantity from peg where reservation > $1
    group by reservation order by reservation limit $2) as n
left join reservation as r on r.id = n.reservation
order by n.reservation

-- documents_after: the next cases of a kind in order
select id, company_id, process, data, parked from process_case where id > $1 and id < $2 order by id limit $3

-- cases: some cases by name
select id, process, data, parked from process_case where id = any($1::text[])

-- receipts_of: the goods receipts that some purchase orders are told of
select l.subject, c.data from document_link as l join process_case as c on c.id = l.document
where l.subject = any($1::text[]) and l.role = 'goods_receipt' and c.process = 'goods_receipt'
order by l.subject, c.id

-- busy_slots: where events wait for their cases
select h.slot from log_head as h join checkpoint as c on c.consumer = 'cases' and c.slot = h.slot
where h.position > c.position

-- published_after: the next numbers that channels were told, in order
select company_id, channel, item, version, quantity, hold_back, terms from published_number
where (company_id, channel, item, version) > ($1, $2, $3, $4) order by company_id, channel, item, version limit $5

-- free_at: what was free at positions after one of their movements, from the checkpoint before it
select k.position_id, k.number, coalesce(c.number, 0) + m.movements as reached,
    coalesce(c.on_hand - c.safety - c.reserved - c.allocated, 0) + m.free as level
from unnest($1::bigint[], $2::bigint[]) as k (position_id, number)
left join lateral (select * from position_checkpoint as o where o.book = 'promise' and o.position_id = k.position_id
    and o.number <= k.number order by o.number desc limit 1) as c on true
cross join lateral (select count(*) as movements,
        coalesce(sum(o.on_hand - o.safety - o.reserved - o.allocated), 0) as free
    from promise_movement as o
    where o.position_id = k.position_id and o.number > coalesce(c.number, 0) and o.number <= k.number) as m

-- unrestricted_at: what was unrestricted at physical positions after one of their movements, from the checkpoint before it
select k.position_id, k.number, coalesce(c.number, 0) + m.movements as reached,
    coalesce(c.unrestricted, 0) + m.change as level
from unnest($1::bigint[], $2::bigint[]) as k (position_id, number)
left join lateral (select * from position_checkpoint as o where o.book = 'physical' and o.position_id = k.position_id
    and o.number <= k.number order by o.number desc limit 1) as c on true
cross join lateral (
    select count(distinct e.number) as movements,
        coalesce(sum(e.quantity) filter (where e.state = 'unrestricted'), 0) as change
    from (
        select o.number, o.from_state as state, -o.quantity as quantity from stock_movement as o
        where o.position_id = k.position_id and o.number > coalesce(c.number, 0) and o.number <= k.number
        union all
        select o.number, o.to_state, o.quantity from stock_movement as o
        where o.position_id = k.position_id and o.number > coalesce(c.number, 0) and o.number <= k.number
            and o.to_position_id is null
        union all
        select o.to_number, o.to_state, o.quantity from stock_movement as o
        where o.to_position_id = k.position_id and o.to_number > coalesce(c.number, 0) and o.to_number <= k.number
    ) as e) as m

-- held_at: what promises held at promise positions after one of their movements
with booked as materialized (
    select position_id, number, reservation, reserved from promise_movement
    where position_id = any($1::bigint[]) and reservation = any($3::text[]))
select k.position_id, k.number, k.reservation, coalesce(sum(b.reserved), 0) as held
from unnest($1::bigint[], $2::bigint[], $3::text[]) as k (position_id, number, reservation)
left join booked as b on b.position_id = k.position_id and b.reservation = k.reservation and b.number <= k.number
group by k.position_id, k.number, k.reservation
