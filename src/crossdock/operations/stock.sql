-- places: Where an item of some companies has, or had, a position, or is or was expected.
select location from promise_position where item = $1 and company_id = any($2::text[])
union select location from stock_position where item = $1 and company_id = any($2::text[])
union select location from expected_supply where item = $1 and company_id = any($2::text[]) and is_open
union select location from supply_movement where item = $1 and company_id = any($2::text[]);

-- balances: Both books, one row per company, item and place, over all pools.
select s.*, coalesce(p.on_hand, 0) as on_hand, s.unrestricted - coalesce(p.on_hand, 0) as not_promised,
    coalesce(p.kept_back, 0) as kept_back, coalesce(p.reserved, 0) as reserved,
    coalesce(p.on_hand - p.kept_back - p.reserved, 0) as free
from (
    select company_id as company, item, location, sum(unrestricted) as unrestricted, sum(picked) as picked,
        sum(packed) as packed, sum(in_transfer) as in_transfer, sum(quarantined) as quarantined,
        sum(damaged) as damaged, sum(expired) as expired
    from stock_position
    where ($1::text[] is null or company_id = any($1::text[])) and (company_id, item, location) > ($2, $3, $4)
    group by company_id, item, location
    order by company_id, item, location
    limit $5) as s
cross join lateral (
    select sum(on_hand) as on_hand, sum(safety) as kept_back, sum(reserved + allocated) as reserved
    from promise_position
    where company_id = s.company and item = s.item and location = s.location) as p
order by s.company, s.item, s.location;
