-- begin: below which transaction id no movement can come any more, the time of the database, and in which change of
-- master data a kit changed last, if there are any
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon, clock_timestamp() as technical,
    (select changed_in from kit_component order by changed_in desc limit 1) as kits

-- technical_now: the time of the database
select clock_timestamp()

-- moved: items of a company that moved at some places in these transactions
select distinct p.item from promise_movement as m join promise_position as p on p.id = m.position_id
where m.transaction_id >= $1 and m.transaction_id < $2 and p.company_id = $3 and p.location = any($4::text[])

-- kits: what all kits are made of on a day; what began last comes last
select kit, component, quantity from kit_component
where company_id = $1 and valid_from <= $2 and (valid_until is null or $2 < valid_until)
order by valid_from

-- kits_of: the same of some items, of kits that hold them, and of kits in all these
with recursive holder (item) as (
    select unnest($3::text[]) collate "C"
    union
    select k.kit from holder as h
    join kit_component as k on k.company_id = $1 and k.component = h.item
    where k.valid_from <= $2 and (k.valid_until is null or $2 < k.valid_until)
), part (item) as (
    select item from holder
    union
    select k.component from part as p
    join kit_component as k on k.company_id = $1 and k.kit = p.item
    where k.valid_from <= $2 and (k.valid_until is null or $2 < k.valid_until)
)
select kit, component, quantity from kit_component
where company_id = $1 and valid_from <= $2 and (valid_until is null or $2 < valid_until)
    and kit = any(array(select item from part))
order by valid_from

-- forgotten: items that a channel must be told again
select item from published_item where company_id = $1 and channel = $2 and quantity is null

-- free: what is free of some items (or of all) at some places, in the shared pool and in pools that may serve a channel
select 'free' as kind, item, location, pool as name, id, counter, on_hand - safety - reserved - allocated as quantity
from promise_position
where company_id = $1 and location = any($2::text[]) and (pool = '' or pool = any($3::text[]))
    and ($4::text[] is null or item = any($4::text[]))

-- keeping: the same with lots that expire and promises of goods that keep, from one snapshot
select 'free' as kind, item, location, pool as name, id, counter, on_hand - safety - reserved - allocated as quantity,
    null::date as day
from promise_position
where company_id = $1 and location = any($2::text[]) and (pool = '' or pool = any($3::text[]))
    and ($4::text[] is null or item = any($4::text[]))
union all
select 'lot', s.item, s.location, s.lot, s.id, s.counter, s.unrestricted, l.expires_on
from stock_position as s
join item_lot as l on l.company_id = s.company_id and l.item = s.item and l.lot = s.lot
where s.company_id = $1 and s.location = any($2::text[]) and ($4::text[] is null or s.item = any($4::text[]))
    and s.unrestricted <> 0 and l.expires_on is not null
    and (s.owner = 'own' or s.owner like 'consignment\_in:%' or s.owner like 'vendor\_managed:%')
union all
select 'held', r.item, r.location, r.id, p.id, p.counter, r.remaining, r.keeps_until
from reservation as r
join promise_position as p
    on p.company_id = r.company_id and p.item = r.item and p.location = r.location and p.pool = r.pool
where r.company_id = $1 and r.location = any($2::text[]) and ($4::text[] is null or r.item = any($4::text[]))
    and r.keeps_until is not null and r.remaining > 0 and r.state = 'reserved'

-- told: what a channel was told last of some items (or of all); no quantity where that was given up
select i.item, i.quantity, i.version, l.version as shown_version
from published_item as i
left join channel_level as l on l.company_id = i.company_id and l.channel = i.channel and l.item = i.item
where i.company_id = $1 and i.channel = $2 and ($3::text[] is null or i.item = any($3::text[]))

-- mark_told: what it is told now
insert into published_item as p (company_id, channel, item, publication, quantity, version)
select $1, $2, t.item, $3, t.quantity, t.version
from unnest($4::text[], $5::numeric[], $6::bigint[]) as t (item, quantity, version)
on conflict (company_id, channel, item) do update
set publication = excluded.publication, quantity = excluded.quantity, version = excluded.version

-- keep_number: the same with its terms, so that it can be derived again
insert into published_number (company_id, channel, item, version, expected_version, publication, quantity, hold_back,
    terms, rule, told_at)
select $1, $2, t.item, t.version, t.expected, $3, t.quantity, t.hold_back, t.terms, t.rule, $4
from unnest($5::text[], $6::numeric[], $7::bigint[], $8::bigint[], $9::numeric[], $10::text[], $11::text[])
    as t (item, quantity, version, expected, hold_back, terms, rule)

-- forget_numbers: numbers that channels were told before a moment (technical time, which a publication's id begins with)
-- and before the guard's last round began, which found nothing wrong with them; what an item was told last is kept
with until as (
    select rpad(substr(h.hex, 1, 8) || '-' || substr(h.hex, 9, 4), 36, '-') as publication from (
        select lpad(to_hex((extract(epoch from least($1::timestamptz, max(began_at))) * 1000)::bigint), 12, '0') as hex
        from guard_round where walk = 'all' having count(*) > 0) as h),
old as materialized (
    select n.company_id, n.channel, n.item, n.version from published_number as n
    join published_item as i on i.company_id = n.company_id and i.channel = n.channel and i.item = n.item
    where n.publication < (select publication from until) and n.version < i.version
        and not exists (select 1 from guard_violation as v where v.unit = 'published'
            and v.place = concat_ws('/', n.company_id, n.channel, n.item, n.version))
    order by n.publication, n.item limit $2)
delete from published_number as n using old as o
where n.company_id = o.company_id and n.channel = o.channel and n.item = o.item and n.version = o.version

-- open_publication: is a publication to this channel still on its way, or given up and not decided upon?
select exists (select 1 from delivery_key where system = $1 and ordering_key = $2 and last_sequence >= head_sequence)

-- unanswered: the publication to a channel whose answer did not come yet, or was not looked at
select nullif(state, '')::json ->> 'number' from task where name = 'publish/' || $1::text || '/' || $2::text

-- not_asked: is a system paused, halted, or left alone for a while since it fails?
select paused or halted <> '' or open_until > clock_timestamp() from system_state where system = $1

-- reply: what a channel answered to a publication
select status, reply from delivery where system = $1 and idempotency_key = $2

-- forget: these items were not told after all
update published_item set quantity = null
where company_id = $1 and channel = $2 and item = any($3::text[]) and quantity is not null

-- to_read: items whose turn it is to be read back, those read long ago first: of those that telling again shall mend
-- half of $3 at most, then of all others their share ($4 in a hundred, one at least), so that neither starves the other.
-- What the publication $6 says is on its way, and the items $7 were refused
with told as materialized (
    select i.item, i.quantity, i.version, i.publication, l.read_at, coalesce(l.tries, 0) as tries,
        coalesce(l.cause, '') as cause, coalesce(l.cause, '') <> all($5::text[]) as mends
    from published_item as i
    left join channel_level as l on l.company_id = i.company_id and l.channel = i.channel and l.item = i.item
    where i.company_id = $1 and i.channel = $2 and i.quantity is not null and i.publication is distinct from $6::text
        and i.item <> all($7::text[])
), mending as (
    select * from told where mends order by read_at nulls first, item limit $3::int / 2
), others as (
    select * from told where not mends order by read_at nulls first, item
    limit (select least($3::int - (select count(*) from mending), greatest(ceil(count(*) * $4::numeric / 100), 1))
        from told where not mends)
)
select t.item, t.quantity, t.version, n.told_at, n.terms, n.publication, t.tries, t.cause, t.publication as told_in
from (select * from mending union all select * from others) as t
left join published_number as n on n.company_id = $1 and n.channel = $2 and n.item = t.item and n.version = t.version
order by t.mends desc, t.read_at nulls first, t.item

-- still_told: what of these items a channel was told last is still what was read; what the publication $4 says is on its
-- way, and the items $5 were refused
select item, version from published_item
where company_id = $1 and channel = $2 and item = any($3::text[]) and quantity is not null
    and publication is distinct from $4::text and item <> all($5::text[])

-- sold_since: what was promised to a channel out of some positions after some of their movements
select k.item, coalesce(sum(m.reserved), 0) as sold
from unnest($2::text[], $3::bigint[], $4::bigint[]) as k (item, position_id, number)
join promise_movement as m on m.position_id = k.position_id and m.number > k.number and m.reserved > 0
    and m.kind in ('asked', 'told', 'short')
join reservation as r on r.id = m.reservation and r.source = $1
group by k.item

-- sold_in_parts: the same of what kits are made of, line by line of the orders: a kit's parts stand in one line
select k.name, r.item, r.subject, r.line, sum(m.reserved) as quantity
from unnest($2::text[], $3::bigint[], $4::bigint[]) as k (name, position_id, number)
join promise_movement as m on m.position_id = k.position_id and m.number > k.number and m.reserved > 0
    and m.kind in ('asked', 'told', 'short')
join reservation as r on r.id = m.reservation and r.source = $1
group by k.name, r.item, r.subject, r.line

-- told_then: what a channel was told by an earlier version
select terms, publication from published_number where company_id = $1 and channel = $2 and item = $3 and version = $4

-- came_by: what orders that were placed by a moment (business time) were promised out of some positions after some of
-- their movements, line by line
select k.name, r.item, r.subject, r.line, sum(m.reserved) as quantity
from unnest($2::text[], $3::bigint[], $4::bigint[]) as k (name, position_id, number)
join promise_movement as m on m.position_id = k.position_id and m.number > k.number and m.reserved > 0
    and m.kind in ('asked', 'told', 'short')
join reservation as r on r.id = m.reservation and r.source = $1
join process_case as c on c.id = r.subject and c.opened_at <= $5
group by k.name, r.item, r.subject, r.line

-- waiting_since: what orders of a channel that came after a moment (technical time) wait for of some items, or of what
-- those are made of, line by line
select k.name, r.item, r.subject, r.line, sum(r.remaining) as quantity
from unnest($3::text[], $4::text[], $5::timestamptz[]) as k (name, item, since)
join reservation as r on r.company_id = $1 and r.item = k.item and r.waiting and r.state = 'backordered'
    and r.source = $2
join ledger_entry as e on e.digest = r.entry and e.recorded_at >= k.since
group by k.name, r.item, r.subject, r.line

-- filled_since: what they waited for and got since, out of some positions after some of their movements
select k.name, f.item, f.subject, f.line, sum(m.reserved) as quantity
from unnest($2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[]) as k (name, position_id, number, since)
join promise_movement as m on m.position_id = k.position_id and m.number > k.number and m.kind = 'asked_fill'
join reservation as f on f.id = m.reservation and f.source = $1
join reservation as w on w.id = f.backorder
join ledger_entry as e on e.digest = w.entry and e.recorded_at >= k.since
group by k.name, f.item, f.subject, f.line

-- held_orders: orders of a channel for which a person must decide something first
select distinct on (c.id) c.data, e.id as held from exception_case as e join process_case as c on c.id = e.case_id
where e.code = any($1::text[]) and e.closed_at is null and starts_with(e.case_id, $2)
order by c.id, e.id

-- put_levels: what a channel shows
insert into channel_level as l (company_id, channel, item, shown, version, active, sold, read_at, cause, tries)
select $1, $2, t.item, t.shown, t.version, t.active, t.sold, $3, t.cause, t.tries
from unnest($4::text[], $5::numeric[], $6::bigint[], $7::boolean[], $8::numeric[], $9::text[], $10::int[])
    as t (item, shown, version, active, sold, cause, tries)
on conflict (company_id, channel, item) do update
set shown = excluded.shown, version = excluded.version, active = excluded.active, sold = excluded.sold,
    read_at = excluded.read_at, cause = excluded.cause, tries = excluded.tries

-- show: truth aside, all that is known of what a channel was told and shows
select i.item, i.quantity as told, i.version, n.told_at, n.terms, coalesce(n.hold_back, 0) as hold_back,
    l.shown, l.version as shown_version, l.active, l.read_at, coalesce(l.cause, '') as cause
from published_item as i
left join published_number as n on n.company_id = i.company_id and n.channel = i.channel and n.item = i.item
    and n.version = i.version
left join channel_level as l on l.company_id = i.company_id and l.channel = i.channel and l.item = i.item
where i.company_id = $1 and i.channel = $2 and ($3 = '' or i.item = $3) and i.item > $4
order by i.item limit $5

-- oversell: of each channel the last thousand lines (or parts of them) that it told us it had promised, and those of
-- them that stock did not cover when we heard of them. What fills a shortage, and what waits again since goods were lost
-- later, is named after another promise and is not told again
select k.company_id, k.channel, l.* from unnest($1::text[], $2::text[]) as k (company_id, channel)
cross join lateral (
    select count(*) as lines, coalesce(sum(units), 0) as units, count(*) filter (where short_units > 0) as short_lines,
        coalesce(sum(short_units), 0) as short_units, coalesce(sum(open_units), 0) as open_units
    from (
        select sum(r.quantity) as units, sum(s.quantity) as short_units,
            coalesce(sum(r.remaining) filter (where r.state = 'short'), 0) as open_units
        from (select * from reservation as o where o.company_id = k.company_id and o.source = k.channel
            and o.kind = 'told' and o.backorder = '' order by o.asked_number desc limit 1000) as r
        cross join lateral (
            select coalesce(sum(m.reserved), 0) as quantity from promise_position as p
            join promise_movement as m on m.position_id = p.id and m.kind = 'short' and m.reservation = r.id
            where p.company_id = r.company_id and p.item = r.item and p.location = r.location and p.pool = r.pool) as s
        group by coalesce(nullif(r.subject, ''), r.id), r.line) as line) as l

-- lag: how long the last hundred publications to each channel took from being made to being delivered, and how long one
-- is on its way or given up by now
select k.system, k.ordering_key as case_id, count(d.sequence) as publications,
    percentile_disc(0.5) within group (order by d.seconds) as middle, max(d.seconds) as longest,
    max(d.business_at) as told_at,
    (select extract(epoch from clock_timestamp() - min(w.created_at)) from delivery as w
        where w.system = k.system and w.ordering_key = k.ordering_key and w.sequence >= coalesce(h.head_sequence, 0)
            and w.status in ('waiting', 'ready', 'sending', 'dead')) as waiting
from unnest($1::text[], $2::text[]) as k (system, ordering_key)
left join delivery_key as h on h.system = k.system and h.ordering_key = k.ordering_key
left join lateral (
    select o.sequence, o.business_at, extract(epoch from o.delivered_at - o.created_at)::numeric as seconds
    from delivery as o where o.system = k.system and o.ordering_key = k.ordering_key and o.status = 'delivered'
    order by o.sequence desc limit 100) as d on true
group by k.system, k.ordering_key, h.head_sequence order by k.system, k.ordering_key

-- weighed: which of these items are weighed as they leave
select id from item where company_id = $1 and id = any($2::text[]) and coalesce(body::json ->> 'second_unit', '') <> ''
