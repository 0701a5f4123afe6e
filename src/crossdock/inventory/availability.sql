-- terms: everything one answer rests on, as JSON, from one snapshot
with place as (
    select l.location, p.id, coalesce(p.on_hand, 0) as on_hand, coalesce(p.safety, 0) as safety,
        coalesce(p.reserved, 0) as reserved, coalesce(p.allocated, 0) as allocated, coalesce(p.counter, 0) as version
    from unnest($3::text[]) with ordinality as l (location, preference)
    left join promise_position as p
        on p.company_id = $1 and p.item = $2 and p.location = l.location and p.pool = ''
    order by l.preference
)
select json_build_object(
    'locations', (
        select coalesce(json_agg(json_build_object(
            'location', place.location, 'on_hand', place.on_hand::text, 'safety', place.safety::text,
            'reserved', place.reserved::text, 'allocated', place.allocated::text,
            'free', (place.on_hand - place.safety - place.reserved - place.allocated)::text,
            'shortage', (
                select coalesce(sum(r.remaining), 0)::text from reservation as r
                where r.company_id = $1 and r.item = $2 and r.waiting and r.state = 'short'
                    and r.location = place.location and r.pool = ''),
            'version', place.version)), '[]')
        from place),
    'supply', (
        select coalesce(json_agg(json_build_object(
            'source', s.source, 'line', s.line, 'location', s.location, 'quantity', s.quantity::text,
            'received', s.received::text, 'pegged', s.pegged::text, 'expected_on', s.expected_on,
            'confidence', s.confidence) order by s.expected_on, s.source, s.line), '[]')
        from expected_supply as s
        where s.company_id = $1 and s.item = $2 and s.is_open and s.location = any($3::text[])),
    'movements', (
        select coalesce(json_agg(json_build_object(
            'location', place.location, 'number', m.number, 'kind', m.kind, 'on_hand', m.on_hand::text,
            'reserved', m.reserved::text, 'free_after', m.free_after::text, 'key', e.key,
            'occurred_at', e.occurred_at) order by place.location, m.number desc), '[]')
        from place
        cross join lateral (
            select * from promise_movement where position_id = place.id order by number desc limit $4) as m
        join ledger_entry as e on e.digest = m.entry)
)::text
