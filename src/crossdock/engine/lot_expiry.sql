-- expired: what is unrestricted of lots that are over at some locations
select s.company_id, s.item, s.lot, s.owner, s.unrestricted
from item_lot as l
join stock_position as s on s.company_id = l.company_id and s.item = l.item and s.lot = l.lot
where l.expires_on < $3 and s.company_id = $1 and s.location = $2 and s.unrestricted > 0
order by s.item, s.lot, s.owner limit $4
