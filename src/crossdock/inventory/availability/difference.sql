-- sums: what each kind of movement did to what is free at each position, between two of its numbers: why goods moved, and
-- what came apart from what went
select k.item, k.location, k.pool, m.kind, w.why, trim_scale(sum(w.change)) as change, count(*) as movements
from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    as k (item, location, pool, behind, until)
join promise_position as p
    on p.company_id = $1 and p.item = k.item and p.location = k.location and p.pool = k.pool
join promise_movement as m on m.position_id = p.id and m.number > k.behind and m.number <= k.until
cross join lateral (
    select m.on_hand - m.safety - m.reserved - m.allocated as change,
        case when m.kind = 'move' then (
            select coalesce(nullif(e.reason, ''), split_part(e.subject, '/', 1)) from ledger_entry as e
            where e.digest = m.entry) else '' end as why) as w
group by k.item, k.location, k.pool, m.kind, w.why, w.change < 0

-- movements: those between, position by position in the order given, the oldest of each first; at most $7
select json_build_object(
    'item', k.item, 'location', k.location, 'pool', k.pool, 'number', m.number, 'kind', m.kind,
    'on_hand', trim_scale(m.on_hand)::text, 'reserved', trim_scale(m.reserved)::text,
    'allocated', trim_scale(m.allocated)::text, 'safety', trim_scale(m.safety)::text,
    'free_after', trim_scale(m.free_after)::text, 'reservation', m.reservation, 'rule', m.rule,
    'what', e.what, 'key', e.key, 'document', e.document, 'subject', e.subject, 'reason', e.reason,
    'actor', e.actor, 'occurred_at', e.occurred_at, 'recorded_at',
            b.origin_business + (m.recorded_at - b.origin_technical) * b.rate)::text as movement
from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    with ordinality as k (item, location, pool, behind, until, place)
join promise_position as p
    on p.company_id = $1 and p.item = k.item and p.location = k.location and p.pool = k.pool
cross join lateral (
    select * from promise_movement
    where position_id = p.id and number > k.behind and number <= k.until
    order by number limit $7) as m
join ledger_entry as e on e.digest = m.entry
join business_clock as b on b.only_row
order by k.place, m.number
limit $7
