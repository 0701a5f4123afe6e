-- part asked: what was asked, and the items it asks about with all they are made of on that day, kits in kits included
asked as (
    select $2::text[] as wanted, $3::text[] as places, $7::text[] as sources
), items as (
    select array(
        with recursive part (item) as (
            select unnest(wanted) collate "C" from asked
            union
            select k.component from part as p
            join kit_component as k on k.company_id = $1 and k.kit = p.item
            where k.valid_from <= $5::date and (k.valid_until is null or $5::date < k.valid_until))
        select item from part) as every
)

-- part components: what the items are made of on that day
select coalesce(json_agg(json_build_object(
    'kit', k.kit, 'component', k.component, 'quantity', trim_scale(k.quantity)::text)
    order by k.valid_from), '[]')
from kit_component as k
where k.company_id = $1 and k.kit = any((select every from items)::text[]) and k.valid_from <= $5::date
    and (k.valid_until is null or $5::date < k.valid_until)

-- part kept: rows of what is kept back
coalesce(json_agg(json_build_object(
    'item', k.item, 'location', k.location, 'pool', k.pool, 'reason', k.reason, 'source', k.source,
    'rule', k.rule, 'quantity', trim_scale(k.quantity)::text, 'since', k.since)), '[]')

-- part supply: a line of expected supply but for the number of its last change
'item', s.item, 'source', s.source, 'line', s.line, 'location', s.location,
'quantity', trim_scale(s.quantity)::text, 'received', trim_scale(s.received)::text,
'pegged', trim_scale(s.pegged)::text, 'expected_on', s.expected_on, 'confidence', s.confidence

-- part movement: movements with what booked them
coalesce(json_agg(json_build_object(
    'item', p.item, 'location', p.location, 'pool', p.pool, 'number', m.number, 'kind', m.kind,
    'on_hand', trim_scale(m.on_hand)::text, 'reserved', trim_scale(m.reserved)::text,
    'allocated', trim_scale(m.allocated)::text, 'safety', trim_scale(m.safety)::text,
    'free_after', trim_scale(m.free_after)::text, 'reservation', m.reservation, 'rule', m.rule,
    'what', e.what, 'key', e.key, 'document', e.document, 'subject', e.subject, 'reason', e.reason,
    'actor', e.actor, 'occurred_at', e.occurred_at, 'recorded_at',
    b.origin_business + (m.recorded_at - b.origin_technical) * b.rate)), '[]')

-- now: everything an answer rests on, as JSON, from one snapshot; movements and physical stock of the first item only.
-- What was asked is looked at through a query, so that the plan does not depend on it and is made once: planning would
-- cost several times what the question does
with {{asked}}
select json_build_object(
    'preferred', coalesce((
        select i.body::json ->> 'preferred_location' from item as i
        where i.company_id = $1 and i.id = ($2::text[])[1]), ''),
    'components', (
        {{components}}),
    'positions', (
        select coalesce(json_agg(json_build_object(
            'item', p.item, 'location', p.location, 'pool', p.pool, 'on_hand', trim_scale(p.on_hand)::text,
            'safety', trim_scale(p.safety)::text, 'reserved', trim_scale(p.reserved)::text,
            'allocated', trim_scale(p.allocated)::text, 'version', p.counter,
            'shortage', case when p.on_hand - p.safety - p.reserved - p.allocated < 0 then (
                select trim_scale(coalesce(sum(r.remaining), 0))::text from reservation as r
                where r.company_id = $1 and r.item = p.item and r.waiting and r.state = 'short'
                    and r.location = p.location and r.pool = p.pool) else '0' end)), '[]')
        from promise_position as p
        where p.company_id = $1 and p.item = any((select every from items)::text[])
            and p.location = any((select places from asked)::text[])
            and p.counter > 0),
    'kept_back', (
        select {{kept}}
        from kept_back as k
        where k.company_id = $1 and k.item = any((select every from items)::text[])
            and k.location = any((select places from asked)::text[])),
    'supply', (
        select coalesce(json_agg(json_build_object(
            {{supply}},
            'version', s.changes)), '[]')
        from expected_supply as s
        where s.company_id = $1 and s.item = any((select every from items)::text[]) and s.is_open
            and s.location = any((select places from asked)::text[])),
    'movements', (
        select {{movement}}
        from promise_position as p
        cross join lateral (
            select * from promise_movement where position_id = p.id order by number desc limit 10) as m
        join ledger_entry as e on e.digest = m.entry
        join business_clock as b on b.only_row
        where p.company_id = $1 and p.item = ($2::text[])[1] and m.number > p.counter - $4
            and p.location = any((select places from asked)::text[])),
    'physical', (
        select coalesce(json_agg(json_build_object(
            'location', s.location, 'owner', s.owner, 'lot', s.lot,
            'unrestricted', trim_scale(s.unrestricted)::text, 'picked', trim_scale(s.picked)::text,
            'packed', trim_scale(s.packed)::text, 'in_transfer', trim_scale(s.in_transfer)::text,
            'quarantined', trim_scale(s.quarantined)::text, 'damaged', trim_scale(s.damaged)::text,
            'expired', trim_scale(s.expired)::text, 'version', s.counter, 'seconds', (
                select coalesce(json_agg(json_build_object('unit', w.unit, 'quantity', trim_scale(w.quantity)::text,
                    'weighed', trim_scale(w.weighed)::text) order by w.unit), '[]')
                from stock_position_second as w where w.position_id = s.id))), '[]')
        from stock_position as s
        where $6::boolean and s.company_id = $1 and s.item = ($2::text[])[1]
            and s.location = any((select places from asked)::text[])
            and s.counter > 0),
    'heard', (
        select coalesce(json_object_agg(h.source, (
            select d.received_at from raw_document as d
            where d.source = h.source and d.kind <> 'api' order by d.id desc limit 1)), '{}')
        from unnest((select sources from asked)) as h (source))
)::text

-- then: the same as it was known at a moment, from movements alone: the last one written by then is looked for by
-- halving, what positions held is added up from the nearest balance that was proved
with recursive {{asked}}, place as (
    select p.item, p.location, p.pool, p.id, coalesce((
        select m.number from promise_movement as m
        where m.position_id = p.id order by m.number desc limit 1), 0) as last
    from promise_position as p
    where p.company_id = $1 and p.item = any((select every from items)::text[])
            and p.location = any((select places from asked)::text[])
), halving as (
    select id, 0::bigint as low, last as high from place
    union all
    select h.id, case when m.recorded_at <= $6 then m.number else h.low end,
        case when m.recorded_at <= $6 then h.high else m.number - 1 end
    from halving as h
    join promise_movement as m on m.position_id = h.id and m.number = (h.low + h.high + 1) / 2
    where h.low < h.high
), position as materialized (
    select p.item, p.location, p.pool, p.id, h.low as number
    from place as p
    join halving as h on h.id = p.id and h.low = h.high
    where h.low > 0
), state as (
    select p.*, coalesce(c.on_hand, 0) + s.on_hand as on_hand, coalesce(c.safety, 0) + s.safety as safety,
        coalesce(c.reserved, 0) + s.reserved as reserved, coalesce(c.allocated, 0) + s.allocated as allocated,
        s.free_after as free
    from position as p
    left join lateral (
        select number, on_hand, safety, reserved, allocated from position_checkpoint
        where book = 'promise' and position_id = p.id and number <= p.number
        order by number desc limit 1) as c on true
    cross join lateral (
        select coalesce(sum(m.on_hand), 0) as on_hand, coalesce(sum(m.safety), 0) as safety,
            coalesce(sum(m.reserved), 0) as reserved, coalesce(sum(m.allocated), 0) as allocated,
            (select n.free_after from promise_movement as n where n.position_id = p.id and n.number = p.number)
                as free_after
        from promise_movement as m
        where m.position_id = p.id and m.number > coalesce(c.number, 0) and m.number <= p.number) as s
)
select json_build_object(
    'components', (
        {{components}}),
    'positions', (
        select coalesce(json_agg(json_build_object(
            'item', p.item, 'location', p.location, 'pool', p.pool, 'on_hand', trim_scale(p.on_hand)::text,
            'safety', trim_scale(p.safety)::text, 'reserved', trim_scale(p.reserved)::text,
            'allocated', trim_scale(p.allocated)::text, 'version', p.number, 'id', p.id,
            -- Who was promised beyond stock gets what becomes free: where something was free, nobody was short.
            'shortage', case when p.free < 0 then (
                select trim_scale(coalesce(sum(m.reserved), 0))::text from promise_movement as m
                where m.position_id = p.id and m.number <= p.number and m.number > coalesce((
                        select b.number from promise_movement as b
                        join promise_movement as n on n.position_id = b.position_id and n.number = b.number + 1
                        where b.position_id = p.id and b.number < p.number and b.free_after >= 0 and b.entry <> n.entry
                        order by b.number desc limit 1), 0)
                    and exists (select from promise_movement as s
                        where s.position_id = m.position_id and s.kind = 'short' and s.reservation = m.reservation)
            ) else '0' end)), '[]')
        from state as p),
    'kept_back', (
        select {{kept}}
        from kept_back_movement as k
        where k.company_id = $1 and k.item = any((select every from items)::text[])
            and k.location = any((select places from asked)::text[])
            and k.recorded_at <= $6 and not k.gone
            and not exists (
                select from kept_back_movement as n
                where n.company_id = k.company_id and n.item = k.item and n.location = k.location and n.pool = k.pool
                    and n.reason = k.reason and n.source = k.source and n.id > k.id and n.recorded_at <= $6)),
    'supply', (
        select coalesce(json_agg(json_build_object(
            {{supply}},
            'version', s.number)), '[]')
        from supply_movement as s
        where s.company_id = $1 and s.item = any((select every from items)::text[])
            and s.location = any((select places from asked)::text[])
            and s.quantity > s.received and s.recorded_at <= $6
            and not exists (
                select from supply_movement as n
                where n.company_id = s.company_id and n.source = s.source and n.line = s.line
                    and n.number = s.number + 1 and n.recorded_at <= $6)),
    'movements', (
        select {{movement}}
        from position as p
        cross join lateral (
            select * from promise_movement where position_id = p.id and number <= p.number
            order by number desc limit 10) as m
        join ledger_entry as e on e.digest = m.entry
        join business_clock as b on b.only_row
        where p.item = ($2::text[])[1] and m.number > p.number - $4),
    'physical', '[]'::json,
    -- $8 is business time, $9 the greatest id that a document can have been given by then
    'heard', (
        select coalesce(json_object_agg(h.source, (
            select d.received_at from raw_document as d
            where d.source = h.source and d.kind <> 'api' and d.id <= $9 and d.received_at <= $8
            order by d.id desc limit 1)), '{}')
        from unnest((select sources from asked)) as h (source))
)::text

-- part lying: physical positions of some items at some places, and the number of the last movement by a moment (`low`)
place as (
    select s.item, s.location, s.owner, s.lot, s.id, greatest(
        (select m.number from stock_movement as m where m.position_id = s.id order by m.number desc limit 1),
        (select m.to_number from stock_movement as m where m.to_position_id = s.id order by m.to_number desc limit 1),
        0) as last
    from stock_position as s
    where s.company_id = $1 and s.item = any($2::text[]) and s.location = any($3::text[])
), halving as (
    select id, 0::bigint as low, last as high from place
    union all
    select h.id, case when m.recorded_at <= $4 then m.number else h.low end,
        case when m.recorded_at <= $4 then h.high else m.number - 1 end
    from halving as h
    cross join lateral (
        select number, recorded_at from stock_movement where position_id = h.id and number = (h.low + h.high + 1) / 2
        union all
        select to_number, recorded_at from stock_movement
        where to_position_id = h.id and to_number = (h.low + h.high + 1) / 2) as m
    where h.low < h.high
)

-- part changed: what movements behind the nearest balance that was proved (`c`) did to the states of a position
select m.from_state as state, -m.quantity as quantity from stock_movement as m
where m.position_id = p.id and m.number > coalesce(c.number, 0) and m.number <= h.low
union all
select m.to_state, m.quantity from stock_movement as m
where m.position_id = p.id and m.number > coalesce(c.number, 0) and m.number <= h.low
    and m.to_position_id is null
union all
select m.to_state, m.quantity from stock_movement as m
where m.to_position_id = p.id and m.to_number > coalesce(c.number, 0) and m.to_number <= h.low

-- physical_then: what lay where at a moment, from movements alone
with recursive {{lying}}
select coalesce(json_agg(json_build_object(
    'location', p.location, 'owner', p.owner, 'lot', p.lot,
    'unrestricted', trim_scale(coalesce(c.unrestricted, 0) + s.unrestricted)::text,
    'picked', trim_scale(coalesce(c.picked, 0) + s.picked)::text,
    'packed', trim_scale(coalesce(c.packed, 0) + s.packed)::text,
    'in_transfer', trim_scale(coalesce(c.in_transfer, 0) + s.in_transfer)::text,
    'quarantined', trim_scale(coalesce(c.quarantined, 0) + s.quarantined)::text,
    'damaged', trim_scale(coalesce(c.damaged, 0) + s.damaged)::text,
    'expired', trim_scale(coalesce(c.expired, 0) + s.expired)::text,
    'version', h.low)), '[]')::text
from place as p
join halving as h on h.id = p.id and h.low = h.high and h.low > 0
left join lateral (
    select * from position_checkpoint
    where book = 'physical' and position_id = p.id and number <= h.low
    order by number desc limit 1) as c on true
cross join lateral (
    select coalesce(sum(e.quantity) filter (where e.state = 'unrestricted'), 0) as unrestricted,
        coalesce(sum(e.quantity) filter (where e.state = 'picked'), 0) as picked,
        coalesce(sum(e.quantity) filter (where e.state = 'packed'), 0) as packed,
        coalesce(sum(e.quantity) filter (where e.state = 'in_transfer'), 0) as in_transfer,
        coalesce(sum(e.quantity) filter (where e.state = 'quarantined'), 0) as quarantined,
        coalesce(sum(e.quantity) filter (where e.state = 'damaged'), 0) as damaged,
        coalesce(sum(e.quantity) filter (where e.state = 'expired'), 0) as expired
    from ({{changed}}) as e) as s

-- lots_then: goods that could be promised at a moment, by lot, from movements alone; when they expired as was known then
with recursive {{lying}}
select p.item, p.location, p.lot, sum(coalesce(c.unrestricted, 0) + s.unrestricted) as quantity,
    min(case when l.known_since > $4 then null when o.lot is null then l.expires_on else o.expires_on end) as expires_on
from place as p
join halving as h on h.id = p.id and h.low = h.high and h.low > 0
left join item_lot as l on l.company_id = $1 and l.item = p.item and l.lot = p.lot
left join lateral (
    select b.lot, b.expires_on from item_lot_before as b
    where b.company_id = $1 and b.item = p.item and b.lot = p.lot and b.until > $4
    order by b.id limit 1) as o on true
left join lateral (
    select * from position_checkpoint
    where book = 'physical' and position_id = p.id and number <= h.low
    order by number desc limit 1) as c on true
cross join lateral (
    select coalesce(sum(e.quantity), 0) as unrestricted from ({{changed}}) as e where e.state = 'unrestricted') as s
where p.owner = 'own' or p.owner like 'consignment\_in:%' or p.owner like 'vendor\_managed:%'
group by p.item, p.location, p.lot

-- booked: what was booked for promises on stretches of journals, but for those that came and went there; whether they
-- began there, and beyond stock; and the day until which their goods must keep
select b.position_id, b.reservation, b.quantity, b.began, b.short, r.keeps_until
from (
    select m.position_id, m.reservation, sum(m.reserved) as quantity, bool_or(m.reserved > 0) as began,
        bool_or(m.kind = 'short') as short
    from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as k (position_id, behind, until)
    join promise_movement as m on m.position_id = k.position_id and m.number > k.behind and m.number <= k.until
    where m.reservation <> ''
    group by m.position_id, m.reservation
    having sum(m.reserved) <> 0
) as b
left join reservation as r on r.id = b.reservation

-- dropped: what a supplier said last that it has of an item, in the latest of its reports that names it, and what was
-- ordered there for customers since. Older reports have no levels any more
select coalesce(i.body::json ->> 'unit', 'EA') as base_unit, coalesce(i.body::json ->> 'second_unit', '') as second_unit,
    said.quantity, said.unit, said.stated_at, coalesce((
        select sum(d.quantity) from drop_shipped as d
        where d.company_id = $1 and d.supplier = $3 and d.item = $2 and d.ordered_at > said.stated_at), 0) as ordered_since
from (select $1::text as company_id, $2::text as id) as asked
left join item as i on i.company_id = asked.company_id and i.id = asked.id
left join lateral (
    select sum(l.quantity) as quantity, min(l.unit) as unit, s.stated_at
    from (select id, stated_at from stock_statement
        where company_id = $1 and system = $3 and location = $3 and kind = 'supplier'
        order by stated_at desc limit 10) as s
    join stated_level as l on l.statement = s.id and l.item = $2
    group by s.id, s.stated_at order by s.stated_at desc limit 1) as said on true
