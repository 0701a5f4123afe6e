-- consigned: How much of items of one owner lies at a location.
select item, sum(unrestricted) as there
from stock_position
where company_id = $1 and location = $2 and owner = $3 and item = any($4::text::text[])
group by item;
