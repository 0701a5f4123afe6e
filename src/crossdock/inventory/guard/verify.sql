-- one_snapshot: everything below sees the same moment
set transaction isolation level repeatable read, read only

-- no_hurry: reading all movements may take longer than a transaction normally may
set local transaction_timeout = 0

-- stock_positions: physical positions as they stand
select id, company_id, item, location, owner, lot, counter, unrestricted, picked, packed, in_transfer, quarantined,
    damaged, expired
from stock_position

-- stock_fold: physical positions as their movements say, by aggregation
select position_id, state, sum(quantity) as quantity
from (
    select position_id, from_state as state, -quantity as quantity from stock_movement
    union all
    select coalesce(to_position_id, position_id), to_state, quantity from stock_movement
) as ends
where state = any($1::text[])
group by position_id, state

-- second_quantities: what positions weigh as they stand, and as their movements say
select coalesce(s.position_id, m.position_id) as position_id, coalesce(s.unit, m.unit) as unit,
    coalesce(s.quantity, 0) as quantity, coalesce(s.weighed, 0) as weighed,
    coalesce(m.quantity, 0) as moved, coalesce(m.weighed, 0) as moved_weighed
from stock_position_second as s
full join (
    select position_id, unit, sum(quantity) as quantity, sum(weighed) as weighed
    from (
        select position_id, second_unit as unit, -second_quantity as quantity, -quantity as weighed, from_state as state
        from stock_movement where second_quantity is not null
        union all
        select coalesce(to_position_id, position_id), second_unit, second_quantity, quantity, to_state
        from stock_movement where second_quantity is not null
    ) as ends
    where state = any($1::text[])
    group by position_id, unit
) as m on m.position_id = s.position_id and m.unit = s.unit

-- stock_movements: the physical journal, row by row
select position_id, number, to_position_id, to_number, from_state, to_state, quantity from stock_movement

-- promise_positions: promise positions as they stand
select id, company_id, item, location, pool, counter, on_hand, reserved, allocated, safety from promise_position

-- promise_fold: promise positions as their movements say, by aggregation
select position_id, count(*) as movements, sum(on_hand) as on_hand, sum(reserved) as reserved,
    sum(allocated) as allocated, sum(safety) as safety
from promise_movement group by position_id

-- promise_movements: the promise journal, row by row in the order it was written
select position_id, number, kind, on_hand, reserved, allocated, safety, free_after
from promise_movement order by position_id, number

-- unrestricted: what the promise book should have on hand, over all pools: goods of owners that may be promised
select company_id, item, location, sum(unrestricted) as quantity
from stock_position
where owner = 'own' or owner like 'consignment\_in:%' or owner like 'vendor\_managed:%'
group by company_id, item, location

-- pools: what the promise book has on hand, over all pools
select company_id, item, location, sum(on_hand) as quantity
from promise_position group by company_id, item, location

-- kept_back: what the promise book should keep back
select company_id, item, location, pool, sum(quantity) as quantity
from kept_back group by company_id, item, location, pool

-- promised: what the promise book should have reserved
select company_id, item, location, pool, sum(remaining) as quantity
from reservation where state in ('reserved', 'short') group by company_id, item, location, pool

-- reservations: every promise, with what the journal says was booked for it
select r.id, r.state, r.quantity, r.remaining, r.waiting, coalesce(m.reserved, 0) as booked
from reservation as r
left join (select reservation, sum(reserved) as reserved from promise_movement where reservation <> '' group by 1) as m
    on m.reservation = r.id

-- supplies: expected supply with the sum of its pegs
select s.company_id, s.source, s.line, s.quantity, s.received, s.pegged, s.is_open, coalesce(p.quantity, 0) as pegs
from expected_supply as s
left join (select company_id, source, line, sum(quantity) as quantity from peg group by 1, 2, 3) as p
    on p.company_id = s.company_id and p.source = s.source and p.line = s.line

-- supply_journal: every supply line beside what its journal says last
select s.company_id, s.source, s.line, s.changes, s.item, s.location, s.quantity, s.received, s.pegged, s.expected_on,
    s.confidence, m.item as last_item, m.location as last_location, m.quantity as last_quantity,
    m.received as last_received, m.pegged as last_pegged, m.expected_on as last_expected_on,
    m.confidence as last_confidence,
    (select count(*) from supply_movement as c
        where c.company_id = s.company_id and c.source = s.source and c.line = s.line) as movements
from expected_supply as s
left join lateral (
    select * from supply_movement as m
    where m.company_id = s.company_id and m.source = s.source and m.line = s.line
    order by m.number desc limit 1) as m on true

-- pegged: every pegged promise with the sum of its pegs
select p.reservation, p.quantity, r.waiting, r.remaining
from (select reservation, sum(quantity) as quantity from peg group by reservation) as p
left join reservation as r on r.id = p.reservation
