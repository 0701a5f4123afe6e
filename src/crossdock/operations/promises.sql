-- positions: The promise positions of an item, with what of `reserved` waits because it was told beyond stock.
select p.id, p.counter, p.reserved, (
    select coalesce(sum(r.remaining), 0) from reservation as r
    where r.company_id = p.company_id and r.item = p.item and r.waiting and r.state = 'short'
        and r.location = p.location and r.pool = p.pool) as short
from promise_position as p
where p.company_id = $1 and p.item = $2
order by p.location, p.pool;

-- granted: The reservations that stand of those which these movements of a position granted, newest first.
select r.id, r.company_id, r.subject, case when r.subject = '' then r.request else '' end as reference, r.kind, r.line,
    r.location, r.quantity, r.remaining, r.state, r.waiting, r.source, r.expires_at, r.due_on
from promise_movement as m
join reservation as r on r.id = m.reservation
where m.position_id = $1 and m.number <= $2 and m.number > $3 and m.reserved > 0 and r.remaining > 0 and not r.waiting
order by m.number desc;

-- waiting: Who waits for an item, first come first.
select id, company_id, subject, case when subject = '' then request else '' end as reference, kind, line, location,
    quantity, remaining, state, waiting, source, expires_at, due_on
from reservation
where company_id = $1 and item = $2 and waiting
order by asked_number
limit $3;
