-- places: Where an item of some companies has, or had, a position, or is or was expected.
select location from promise_position where item = $1 and company_id = any($2::text[])
union select location from stock_position where item = $1 and company_id = any($2::text[])
union select location from expected_supply where item = $1 and company_id = any($2::text[]) and is_open
union select location from supply_movement where item = $1 and company_id = any($2::text[]);

-- balances: Both books, one row per company, item and place.
select s.company_id as company, s.item, s.location, sum(s.unrestricted) as unrestricted, sum(s.picked) as picked,
    sum(s.packed) as packed, sum(s.quarantined) as quarantined, sum(s.damaged) as damaged,
    coalesce(max(p.on_hand), 0) as on_hand, coalesce(max(p.reserved + p.allocated), 0) as reserved,
    coalesce(max(p.on_hand - p.safety - p.reserved - p.allocated), 0) as free
from stock_position s
left join promise_position p on p.company_id = s.company_id and p.item = s.item and p.location = s.location
    and p.pool = ''
where ($1::text[] is null or s.company_id = any($1::text[])) and (s.company_id, s.item, s.location) > ($2, $3, $4)
group by s.company_id, s.item, s.location
order by s.company_id, s.item, s.location
limit $5;
