-- standings: the promise positions of some items as they are at this moment
select p.item, p.location, p.pool, p.safety, (p.on_hand - p.safety - p.reserved - p.allocated) as free, p.on_hand
from unnest($2::text[]) as k (item)
join promise_position as p on p.company_id = $1 and p.item = k.item
order by p.item, p.location, p.pool

-- promises: what is promised of some items, the promise made last first
select id, subject, kind, request, line, item, location, pool, remaining, state, source, due_on
from reservation
where company_id = $1 and item = any($2::text[]) and remaining > 0
order by item, asked_number desc

-- masters: what the master data say of some items
select id, body from item where company_id = $1 and id = any($2::text[])
