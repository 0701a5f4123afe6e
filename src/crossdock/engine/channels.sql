-- horizon: below this transaction id no movement can come any more
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- technical_now: the time of the database
select clock_timestamp()

-- moved: items of a company that moved at some places in these transactions
select distinct p.item from promise_movement as m join promise_position as p on p.id = m.position_id
where m.transaction_id >= $1 and m.transaction_id < $2 and p.company_id = $3 and p.location = any($4::text[])

-- forgotten: items that a channel must be told again
select item from published_item where company_id = $1 and channel = $2 and quantity is null

-- free: what is free of some items (or of all) at some places, in the shared pool and in pools that may be the channel's
select item, location, pool, id, counter, on_hand - safety - reserved - allocated as free
from promise_position
where company_id = $1 and location = any($2::text[]) and (pool = '' or pool = any($3::text[]))
    and ($4::text[] is null or item = any($4::text[]))

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

-- keep_number: the same, for ever, with its terms
insert into published_number (company_id, channel, item, version, expected_version, publication, quantity, hold_back,
    terms, rule, told_at)
select $1, $2, t.item, t.version, t.expected, $3, t.quantity, t.hold_back, t.terms, t.rule, $4
from unnest($5::text[], $6::numeric[], $7::bigint[], $8::bigint[], $9::numeric[], $10::text[], $11::text[])
    as t (item, quantity, version, expected, hold_back, terms, rule)

-- open_publication: is a publication to this channel still on its way, or given up and not decided upon?
select exists (select 1 from delivery_key where system = $1 and ordering_key = $2 and last_sequence >= head_sequence)

-- reply: what a channel answered to a publication
select status, reply from delivery where system = $1 and idempotency_key = $2

-- forget: these items were not told after all
update published_item set quantity = null
where company_id = $1 and channel = $2 and item = any($3::text[]) and quantity is not null

-- to_read: items whose turn it is to be read back: first those that are known to be wrong, then those read long ago
select i.item, i.quantity, i.version, n.told_at, n.terms, coalesce(l.tries, 0) as tries, coalesce(l.cause, '') as cause,
    count(*) over () as items
from published_item as i
left join published_number as n on n.company_id = i.company_id and n.channel = i.channel and n.item = i.item
    and n.version = i.version
left join channel_level as l on l.company_id = i.company_id and l.channel = i.channel and l.item = i.item
where i.company_id = $1 and i.channel = $2 and i.quantity is not null
order by (coalesce(l.cause, '') = ''), l.read_at nulls first, i.item limit $3

-- still_told: what of these items a channel was told last is still what was read
select item, version from published_item
where company_id = $1 and channel = $2 and item = any($3::text[]) and quantity is not null

-- sold_since: what was promised to a channel out of some positions after some of their movements
select k.item, coalesce(sum(m.reserved), 0) as sold
from unnest($2::text[], $3::bigint[], $4::bigint[]) as k (item, position_id, number)
join promise_movement as m on m.position_id = k.position_id and m.number > k.number and m.reserved > 0
    and m.kind in ('asked', 'told', 'short')
join reservation as r on r.id = m.reservation and r.source = $1
group by k.item

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

-- oversell: what each channel told us it had promised, and how much of it was beyond stock. What fills a shortage is a
-- promise of its own, named after it, and does not count again
select r.company_id, r.source as channel, count(*) as promises, sum(r.quantity) as units,
    count(*) filter (where r.state = 'short' or r.fills > 0) as short_promises,
    coalesce(sum(r.remaining) filter (where r.state = 'short'), 0) as short_units
from reservation as r
where r.kind = 'told' and r.source <> '' and ($1::text[] is null or r.company_id = any($1::text[]))
    and not exists (select 1 from reservation as w
        where w.id = regexp_replace(r.id, '[.][0-9]+$', '') and w.id <> r.id and w.fills > 0)
group by r.company_id, r.source order by r.company_id, r.source

-- lag: how long publications to each channel took from being made to being delivered, the last hundred of each
select d.company_id, d.case_id, count(*) as publications,
    percentile_disc(0.5) within group (order by extract(epoch from d.delivered_at - d.created_at))::numeric as middle,
    max(extract(epoch from d.delivered_at - d.created_at))::numeric as longest, max(d.business_at) as told_at
from (select *, row_number() over (partition by system, ordering_key order by sequence desc) as place from delivery
    where operation = 'availability' and status = 'delivered' and case_id = any($1::text[])) as d
where d.place <= 100 group by d.company_id, d.case_id
