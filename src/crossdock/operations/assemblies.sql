-- there: How much of items stands at a location that an assembly may take: our own goods of no lot, promised or not.
select item, sum(unrestricted) as there
from stock_position
where company_id = $1 and location = $2 and owner = 'own' and lot = '' and item = any($3::text::text[])
group by item;
